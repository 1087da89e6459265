package dev.switchboard.chat.cluster;

import dev.switchboard.browser.Browser;
import dev.switchboard.browser.BrowserWindow;
import java.util.Map;

/** What people do in their windows. */
final class ChatWindows {
  static final String MESSAGES = ".log:not([hidden]) .bubble";
  static final String LINES = ".log:not([hidden]) .event";

  private ChatWindows() {}

  static BrowserWindow join(Browser browser, String url, String name) {
    return join(browser, url, name, Map.of());
  }

  static BrowserWindow join(Browser browser, String url, String name, Map<String, String> cookies) {
    BrowserWindow window = browser.open(url, 1280, 800, false, cookies);
    window.see("body[data-connection=connected] #connection", "Connected");
    window.typeAndEnter("#name", name);
    window.see("document.body.dataset.stage === 'chat'");
    return window;
  }

  static void say(BrowserWindow window, String text) {
    window.typeAndEnter("#message-text", text);
  }

  static void joinRoom(BrowserWindow window, String room) {
    window.typeAndEnter("#room", room);
    window.see("#conversation-title", "# " + room);
  }

  /** The node that answers the window's next request. */
  static String node(BrowserWindow window) {
    return (String)
        window.ask(
            """
            (() => {
              const request = new XMLHttpRequest();
              request.open("GET", "/ready", false);
              request.send();
              return request.getResponseHeader("x-served-by");
            })()""");
  }
}
