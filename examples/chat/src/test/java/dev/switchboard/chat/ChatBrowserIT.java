package dev.switchboard.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.browser.Browser;
import dev.switchboard.browser.BrowserWindow;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two people in two windows of a real browser, before the chat in a process of its own. */
@Timeout(90)
class ChatBrowserIT {
  private static final String MESSAGES = ".log:not([hidden]) .bubble";
  private static final String LINES = ".log:not([hidden]) .event";

  private ChatProcess chat;
  private Browser browser;
  private BrowserWindow ada;
  private BrowserWindow grace;

  @BeforeEach
  void openTwoWindows() throws IOException {
    chat = ChatProcess.start(0);
    browser = Browser.launch();
    ada = browser.open(chat.address(), 1280, 800, false);
    grace = browser.open(chat.address(), 390, 844, true);
    join(ada, "Ada");
    join(grace, "Grace");
  }

  @AfterEach
  void closeAll() throws IOException {
    browser.close();
    chat.close();
    assertThat(browser.uncaught()).isEmpty();
  }

  @Test
  void twoPeopleChatWithAllInARoomAndInPrivate() throws IOException {
    ada.see("#people", "Grace");
    ada.see(LINES, "Grace joined");
    say(ada, "Good morning!");
    grace.see(MESSAGES, "Good morning!");
    ada.see(".message.own:not([data-delivery])", "Good morning!");

    grace.type("#message-text", "Good");
    ada.see("#typing", "Grace is typing");
    say(grace, "Good morning to you");
    ada.see(MESSAGES, "Good morning to you");
    ada.see("document.querySelector('#typing').textContent === ''");

    joinRoom(ada, "tea");
    openDrawer(grace);
    joinRoom(grace, "tea");
    ada.see(LINES, "Grace joined the room");
    say(ada, "Assam?");
    grace.see(MESSAGES, "Assam?");
    say(grace, "Always.");
    ada.see(MESSAGES, "Always.");
    ada.screenshot("room");
    grace.screenshot("room-phone-dark");

    ada.click("#people button", "Grace");
    say(ada, "Between the two of us");
    openDrawer(grace);
    grace.screenshot("drawer-phone-dark");
    grace.click("#conversations button", "Ada");
    grace.see(MESSAGES, "Between the two of us");
    say(grace, "My lips are sealed");
    ada.see(MESSAGES, "My lips are sealed");
    ada.screenshot("private");

    openDrawer(grace);
    grace.click("#conversations button", "tea");
    grace.click("#leave-room", "Leave room");
    ada.click("#conversations button", "tea");
    ada.see(LINES, "Grace left the room");
    grace.click("#sign-out", "Leave");
    ada.click("#conversations button", "Everyone");
    ada.see(LINES, "Grace left");
  }

  @Test
  void aTakenNameIsRefusedAndAnotherOneIsNot() {
    BrowserWindow third = browser.open(chat.address(), 800, 600, false);
    third.typeAndEnter("#name", "Ada");
    third.see("#name-error", "taken");
    join(third, "Ada the Second");
  }

  @Test
  void messagesMissedWhileOfflineAreRecovered() throws IOException {
    try (var cable = new Cable(chat.port())) {
      BrowserWindow joan = browser.open("http://localhost:" + cable.port() + "/", 1280, 800, false);
      join(joan, "Joan");
      joinRoom(joan, "tea");
      joinRoom(ada, "tea");
      joan.see("body[data-transport=websocket] #connection", "websocket");
      cable.pullOut();
      joan.see("body[data-connection=reconnecting] #connection", "Reconnecting");
      ada.see(LINES, "Joan left the room");
      say(ada, "The kettle is on");
      ada.see(".message.own:not([data-delivery])", "The kettle is on");
      joan.screenshot("offline");

      cable.plugIn();
      joan.see(LINES, "1 missed message recovered");
      joan.see(MESSAGES, "The kettle is on");
      say(joan, "Two sugars");
      ada.see(MESSAGES, "Two sugars");
      joan.screenshot("recovered");
    }
  }

  @Test
  void bothAreBackByThemselvesAfterTheServerWasKilled() throws IOException {
    joinRoom(ada, "tea");
    joinRoom(grace, "tea", true);
    chat.kill();
    ada.see("body[data-connection=reconnecting] #connection", "Reconnecting");
    grace.see("body[data-connection=reconnecting] #connection", "Reconnecting");
    say(ada, "Written while the server is down");
    ada.see(".message[data-delivery=waiting]", "Written while the server is down");
    ada.screenshot("reconnecting");

    chat = ChatProcess.start(chat.port());
    ada.see(LINES, "Reconnected");
    grace.see(LINES, "Reconnected");
    ada.see(".message.own:not([data-delivery])", "Written while the server is down");
    say(ada, "Still in the room?");
    grace.see(MESSAGES, "Still in the room?");
    say(grace, "Still here");
    ada.see(MESSAGES, "Still here");
    ada.screenshot("restarted");
  }

  private static void join(BrowserWindow window, String name) {
    window.see("body[data-connection=connected] #connection", "Connected");
    window.typeAndEnter("#name", name);
    window.see("document.body.dataset.stage === 'chat'");
  }

  private static void say(BrowserWindow window, String text) {
    window.typeAndEnter("#message-text", text);
  }

  private static void joinRoom(BrowserWindow window, String room) {
    joinRoom(window, room, false);
  }

  private static void joinRoom(BrowserWindow window, String room, boolean onTelephone) {
    if (onTelephone) {
      openDrawer(window);
    }
    window.typeAndEnter("#room", room);
    window.see("#conversation-title", "# " + room);
  }

  private static void openDrawer(BrowserWindow window) {
    window.click("#menu", "");
    window.see("document.querySelector('#sidebar').getBoundingClientRect().left === 0");
  }
}
