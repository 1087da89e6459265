package dev.switchboard.chat;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.TypeRef;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of the chat: their names and what they carry. The page knows the same.
 *
 * <p>What a client sends is a call, and answered with {@code {ok: true}} or {@code {ok: false,
 * error}}. Its arguments can be anything, hence the nullable components.
 */
final class ChatEvents {
  static final Call<String, Joined> JOIN = Call.of("join", String.class, Joined.class);
  static final Call<String, Done> SEND = Call.of("chat-message", String.class, Done.class);
  static final Call<PrivateText, Done> SEND_PRIVATE =
      Call.of("private-message", PrivateText.class, Done.class);
  static final Call<String, Done> JOIN_ROOM = Call.of("join-room", String.class, Done.class);
  static final Call<String, Done> LEAVE_ROOM = Call.of("leave-room", String.class, Done.class);
  static final Call<RoomText, Done> SEND_TO_ROOM =
      Call.of("room-message", RoomText.class, Done.class);
  static final Call<Boolean, Done> TYPE = Call.of("typing", Boolean.class, Done.class);

  static final Event<List<Person>> ONLINE =
      Event.of("online-users", new TypeRef<List<Person>>() {});
  static final Event<PersonEvent> CAME = Event.of("user-joined", PersonEvent.class);
  static final Event<PersonEvent> LEFT = Event.of("user-left", PersonEvent.class);
  static final Event<RoomPresence> CAME_TO_ROOM = Event.of("user-joined-room", RoomPresence.class);
  static final Event<RoomPresence> LEFT_ROOM = Event.of("user-left-room", RoomPresence.class);
  static final Event<Message> MESSAGE = Event.of("chat-message", Message.class);
  static final Event<RoomMessage> ROOM_MESSAGE = Event.of("room-message", RoomMessage.class);
  static final Event<PrivateMessage> PRIVATE_MESSAGE =
      Event.of("private-message", PrivateMessage.class);
  static final Event<Typing> TYPING = Event.of("typing", Typing.class);
  static final Event<Refusal> ERROR = Event.of("error-message", Refusal.class);

  private ChatEvents() {}

  record PrivateText(@Nullable String recipientId, @Nullable String message) {}

  record RoomText(@Nullable String room, @Nullable String message) {}

  record Done(boolean ok) {
    static final Done DONE = new Done(true);
  }

  record Refusal(boolean ok, String error) {
    Refusal(String error) {
      this(false, error);
    }
  }

  record Joined(boolean ok, String id, List<Person> online) {}

  record Person(String id, String name) {}

  record PersonEvent(String username, String userId) {}

  record RoomPresence(String username, String room) {}

  record Message(String username, String message, Instant timestamp) {}

  record RoomMessage(String room, String username, String message, Instant timestamp) {}

  record PrivateMessage(String from, String fromId, String message, Instant timestamp) {}

  record Typing(String username, boolean typing) {}
}
