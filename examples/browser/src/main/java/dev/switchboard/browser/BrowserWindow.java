package dev.switchboard.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** One window of a {@link Browser}, used as a person uses it: by mouse, keyboard and eye. */
public final class BrowserWindow {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Browser browser;
  private final String target;
  private final String session;

  BrowserWindow(Browser browser, String target, String session) {
    this.browser = browser;
    this.target = target;
    this.session = session;
  }

  void show(String url, int width, int height, boolean dark, Map<String, String> cookies) {
    send("Runtime.enable", Map.of());
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    send(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    cookies.forEach(
        (name, value) ->
            send("Network.setCookie", Map.of("url", url, "name", name, "value", value)));
    send("Page.navigate", Map.of("url", url));
    see("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  /** Waits until a text is to be seen in what a CSS selector finds. */
  public void see(String selector, String text) {
    see(
        "[...document.querySelectorAll(%s)].some(e => e.checkVisibility()"
                .formatted(quoted(selector))
            + " && e.innerText.includes(%s))".formatted(quoted(text)));
  }

  /** Waits until a condition in JavaScript holds. */
  public void see(String condition) {
    seeWithin(PATIENCE, condition);
  }

  /** Waits until a condition in JavaScript holds, but not for longer than that. */
  public void seeWithin(Duration patience, String condition) {
    Awaitility.await(condition)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> Boolean.TRUE.equals(ask(condition)));
  }

  /** The value of an expression in JavaScript. */
  public @Nullable Object ask(String expression) {
    Map<?, ?> answer =
        send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.get("exceptionDetails") != null) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.get("result") instanceof Map<?, ?> result ? result.get("value") : null;
  }

  /** Clicks what a CSS selector finds and holds a text. */
  public void click(String selector, String text) {
    see(selector, text);
    var at =
        place(
            ask(
                """
                (() => {
                  const element = [...document.querySelectorAll(%s)]
                      .find(e => e.checkVisibility() && e.innerText.includes(%s));
                  element.scrollIntoView({block: "nearest"});
                  const {x, y, width, height} = element.getBoundingClientRect();
                  return {x: x + width / 2, y: y + height / 2};
                })()"""
                    .formatted(quoted(selector), quoted(text))));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      send(
          "Input.dispatchMouseEvent",
          Map.of("type", type, "x", at.x, "y", at.y, "button", "left", "clickCount", 1));
    }
  }

  private record Place(Object x, Object y) {}

  private static Place place(@Nullable Object point) {
    if (point instanceof Map<?, ?> at
        && at.get("x") instanceof Number x
        && at.get("y") instanceof Number y) {
      return new Place(x, y);
    }
    throw new IllegalStateException("not a place: " + point);
  }

  /** Replaces the text of a field, as typed. */
  public void type(String selector, String text) {
    ask("document.querySelector(%s).focus()".formatted(quoted(selector)));
    ask("document.activeElement.select()");
    send("Input.insertText", Map.of("text", text));
  }

  /** Presses and releases a key, by its name in the DOM. */
  public void press(String key) {
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

  /** Replaces the text of a field, and presses Enter. */
  public void typeAndEnter(String selector, String text) {
    type(selector, text);
    press("Enter");
  }

  /** Closes the window, as its owner does. */
  public void close() {
    browser.send("", "Target.closeTarget", Map.of("targetId", target));
  }

  /** Writes what is to be seen to {@code target/screenshots}. */
  public void screenshot(String name) throws IOException {
    String data =
        Objects.requireNonNull(
            (String) send("Page.captureScreenshot", Map.of("format", "png")).get("data"));
    Path folder = Files.createDirectories(Path.of("target", "screenshots"));
    Files.write(folder.resolve(name + ".png"), Base64.getDecoder().decode(data));
  }

  private Map<?, ?> send(String method, Map<String, ?> params) {
    return browser.send(session, method, params);
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
