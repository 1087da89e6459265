package dev.switchboard.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** One window of a {@link Browser}, used as a person uses it: by mouse, keyboard and eye. */
final class BrowserWindow {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Browser browser;
  private final String session;

  BrowserWindow(Browser browser, String session) {
    this.browser = browser;
    this.session = session;
  }

  void show(String url, int width, int height, boolean dark) {
    send("Runtime.enable", Map.of());
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    send(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    send("Page.navigate", Map.of("url", url));
    see("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  /** Waits until a text is to be seen in what a CSS selector finds. */
  void see(String selector, String text) {
    see(
        "[...document.querySelectorAll(%s)].some(e => e.checkVisibility()"
                .formatted(quoted(selector))
            + " && e.innerText.includes(%s))".formatted(quoted(text)));
  }

  /** Waits until a condition in JavaScript holds. */
  void see(String condition) {
    Awaitility.await(condition)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> Boolean.TRUE.equals(ask(condition)));
  }

  Object ask(String expression) {
    Map<?, ?> answer =
        send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.get("exceptionDetails") != null) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return ((Map<?, ?>) answer.get("result")).get("value");
  }

  /** Clicks what a CSS selector finds and holds a text. */
  void click(String selector, String text) {
    see(selector, text);
    var at =
        (Map<?, ?>)
            ask(
                """
                (() => {
                  const element = [...document.querySelectorAll(%s)]
                      .find(e => e.checkVisibility() && e.innerText.includes(%s));
                  element.scrollIntoView({block: "nearest"});
                  const {x, y, width, height} = element.getBoundingClientRect();
                  return {x: x + width / 2, y: y + height / 2};
                })()"""
                    .formatted(quoted(selector), quoted(text)));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      send(
          "Input.dispatchMouseEvent",
          Map.of(
              "type", type, "x", at.get("x"), "y", at.get("y"), "button", "left", "clickCount", 1));
    }
  }

  /** Replaces the text of a field, as typed. */
  void type(String selector, String text) {
    ask("document.querySelector(%s).focus()".formatted(quoted(selector)));
    ask("document.activeElement.select()");
    send("Input.insertText", Map.of("text", text));
  }

  void press(String key) {
    String text = key.equals("Enter") ? "\r" : "";
    int code = key.equals("Enter") ? 13 : 0;
    send(
        "Input.dispatchKeyEvent",
        Map.of(
            "type",
            "keyDown",
            "key",
            key,
            "code",
            key,
            "text",
            text,
            "windowsVirtualKeyCode",
            code));
    send(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  void typeAndEnter(String selector, String text) {
    type(selector, text);
    press("Enter");
  }

  void screenshot(String name) throws IOException {
    Object data = send("Page.captureScreenshot", Map.of("format", "png")).get("data");
    Path folder = Files.createDirectories(Path.of("target", "screenshots"));
    Files.write(folder.resolve(name + ".png"), Base64.getDecoder().decode((String) data));
  }

  private Map<?, ?> send(String method, Map<String, ?> params) {
    return browser.send(session, method, params);
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
