package dev.switchboard.chat;

import static dev.switchboard.chat.ChatEvents.Done.DONE;

import dev.switchboard.chat.ChatEvents.Done;
import dev.switchboard.chat.ChatEvents.Joined;
import dev.switchboard.chat.ChatEvents.Message;
import dev.switchboard.chat.ChatEvents.Person;
import dev.switchboard.chat.ChatEvents.PersonEvent;
import dev.switchboard.chat.ChatEvents.PrivateMessage;
import dev.switchboard.chat.ChatEvents.PrivateText;
import dev.switchboard.chat.ChatEvents.Refusal;
import dev.switchboard.chat.ChatEvents.RoomMessage;
import dev.switchboard.chat.ChatEvents.RoomPresence;
import dev.switchboard.chat.ChatEvents.RoomText;
import dev.switchboard.chat.ChatEvents.Typing;
import dev.switchboard.protocol.Event;
import dev.switchboard.server.IncomingEvent;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.Presence;
import dev.switchboard.server.Socket;
import dev.switchboard.server.WrongArgumentException;
import dev.switchboard.server.cluster.OnlineUser;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of the chat. A socket that has joined is a person; the name is the socket's data, so
 * that it comes back with a recovered session.
 *
 * <p>Who is online on all nodes is the namespace's presence: its user is a socket's id, what is
 * known of the user is the name. Each node tells its own clients who came and who left.
 *
 * <p>Handlers of different sockets run at the same time; on one node a name is looked up and taken
 * under a lock. Two nodes may give the same name away in the same moment, before they hear of each
 * other: then whoever was first keeps it, as {@link #settle} says, and the other is disconnected
 * and has to choose again.
 */
final class Chat {
  private static final Logger log = LoggerFactory.getLogger(Chat.class);

  private static final String NAME = "name";
  private static final int ROOMS_OF_ONE = 32;

  /** Keeps the people's rooms apart from those that each socket has for itself, named by its id. */
  private static final String ROOM = "room:";

  /** The order in which people came, the same on all nodes. */
  private static final Comparator<OnlineUser> FIRST =
      Comparator.comparing(OnlineUser::since).thenComparing(OnlineUser::id);

  private final Namespace everyone;
  private final Presence presence;

  Chat(Namespace everyone) {
    this.everyone = everyone;
    this.presence = everyone.presence();
    presence.onLeft(this::left);
    presence.onJoined(this::came);
    everyone.onConnection(this::connected);
  }

  private void connected(Socket socket) {
    socket.reply(ChatEvents.JOIN, name -> join(socket, Text.name(name)));
    socket.reply(ChatEvents.SEND, text -> send(socket, Text.message(text)));
    socket.reply(ChatEvents.SEND_PRIVATE, text -> sendPrivate(socket, given(text)));
    socket.reply(ChatEvents.JOIN_ROOM, room -> joinRoom(socket, Text.name(room)));
    socket.reply(ChatEvents.LEAVE_ROOM, room -> leaveRoom(socket, Text.name(room)));
    socket.reply(ChatEvents.SEND_TO_ROOM, text -> sendToRoom(socket, given(text)));
    socket.reply(ChatEvents.TYPE, typing -> type(socket, given(typing)));
    socket.onError(Chat::refuse);
    socket.onDisconnecting(reason -> leave(socket));
    if (socket.recovered()) {
      resume(socket);
    }
  }

  private synchronized Joined join(Socket socket, String name) {
    Object present = socket.data().get(NAME);
    if (present != null && !present.equals(name)) {
      throw new Refused("You have joined as " + present + ".");
    }
    if (present == null) {
      if (holder(name).filter(other -> !other.id().equals(socket.id())).isPresent()) {
        throw new Refused(taken(name)); // else it is this one's earlier life, on a node that died
      }
      enter(socket, name);
    }
    List<Person> people = presence.users().stream().sorted(FIRST).map(Chat::person).toList();
    socket.emit(ChatEvents.ONLINE, people);
    return new Joined(true, socket.id(), people);
  }

  /** The person is back with the session; the name may be somebody else's by now. */
  private synchronized void resume(Socket socket) {
    if (!(socket.data().get(NAME) instanceof String name)) {
      return;
    }
    Optional<OnlineUser> holder = holder(name);
    if (holder.isEmpty() || holder.get().id().equals(socket.id())) {
      enter(socket, name);
      if (holder.isEmpty()) { // else nobody has heard that the connection was broken
        rooms(socket).forEach(room -> announce(ChatEvents.CAME_TO_ROOM, name, room));
      }
    } else {
      dismiss(socket);
    }
  }

  private void enter(Socket socket, String name) {
    socket.data().put(NAME, name);
    presence.enter(socket, socket.id(), name);
  }

  /** The socket is nobody's any more. */
  private static void dismiss(Socket socket) {
    socket.data().remove(NAME);
    rooms(socket).forEach(room -> socket.leave(ROOM + room));
  }

  /** The connection is gone; the presence tells that the person is. */
  private void leave(Socket socket) {
    boolean backAlready = presence.isOnline(socket.id()); // here or on another node
    if (!backAlready && socket.data().get(NAME) instanceof String name) {
      rooms(socket).forEach(room -> announce(ChatEvents.LEFT_ROOM, name, room));
    }
  }

  private void came(OnlineUser user) {
    Person person = person(user);
    everyone
        .local()
        .except(person.id())
        .emit(ChatEvents.CAME, new PersonEvent(person.name(), person.id()));
    settle(person.name());
  }

  private void left(OnlineUser user) {
    Person person = person(user);
    everyone.local().emit(ChatEvents.LEFT, new PersonEvent(person.name(), person.id()));
  }

  /**
   * Two people of one name, whom two nodes let in at once or while they could not hear each other:
   * all nodes agree who was first, and the node of the others puts them out.
   */
  private synchronized void settle(String name) {
    presence.users().stream()
        .filter(user -> name.equals(user.data()))
        .sorted(FIRST)
        .skip(1)
        .map(OnlineUser::id)
        .flatMap(id -> everyone.socket(id).stream())
        .forEach(
            socket -> {
              rooms(socket).forEach(room -> announce(ChatEvents.LEFT_ROOM, name, room));
              dismiss(socket);
              socket.emit(ChatEvents.ERROR, new Refusal(taken(name)));
              socket.disconnect();
            });
  }

  private Done send(Socket socket, String text) {
    everyone.emit(ChatEvents.MESSAGE, new Message(name(socket), text, now()));
    return DONE;
  }

  private Done sendPrivate(Socket socket, PrivateText text) {
    String from = name(socket);
    String message = Text.message(text.message());
    OnlineUser recipient =
        Optional.ofNullable(text.recipientId())
            .flatMap(presence::user)
            .orElseThrow(() -> new Refused("The recipient is not online."));
    everyone
        .to(recipient.id())
        .emit(ChatEvents.PRIVATE_MESSAGE, new PrivateMessage(from, socket.id(), message, now()));
    return DONE;
  }

  private Done joinRoom(Socket socket, String room) {
    String name = name(socket);
    Set<String> rooms = rooms(socket);
    if (!rooms.contains(room)) {
      if (rooms.size() >= ROOMS_OF_ONE) {
        throw new Refused("One person can be in " + ROOMS_OF_ONE + " rooms.");
      }
      socket.join(ROOM + room);
      announce(ChatEvents.CAME_TO_ROOM, name, room);
    }
    return DONE;
  }

  private Done leaveRoom(Socket socket, String room) {
    String name = name(socket);
    if (rooms(socket).contains(room)) {
      announce(ChatEvents.LEFT_ROOM, name, room);
      socket.leave(ROOM + room);
    }
    return DONE;
  }

  private Done sendToRoom(Socket socket, RoomText text) {
    String name = name(socket);
    String room = Text.name(text.room());
    String message = Text.message(text.message());
    if (!rooms(socket).contains(room)) {
      throw new Refused("You are not in the room " + room + ".");
    }
    everyone
        .to(ROOM + room)
        .emit(ChatEvents.ROOM_MESSAGE, new RoomMessage(room, name, message, now()));
    return DONE;
  }

  private Done type(Socket socket, boolean typing) {
    socket.broadcast().emit(ChatEvents.TYPING, new Typing(name(socket), typing));
    return DONE;
  }

  /** The name of the person, who must have joined. */
  private static String name(Socket socket) {
    if (socket.data().get(NAME) instanceof String name) {
      return name;
    }
    throw new Refused("Join first, with a name.");
  }

  /** The people's rooms that the socket is in. */
  private static Set<String> rooms(Socket socket) {
    return socket.rooms().stream()
        .filter(room -> room.startsWith(ROOM))
        .map(room -> room.substring(ROOM.length()))
        .collect(Collectors.toSet());
  }

  /** Who has the name, on whichever node. */
  private Optional<OnlineUser> holder(String name) {
    return presence.users().stream().filter(user -> name.equals(user.data())).min(FIRST);
  }

  private static Person person(OnlineUser user) {
    return new Person(user.id(), String.valueOf(user.data()));
  }

  private static String taken(String name) {
    return "The name " + name + " is taken.";
  }

  private void announce(Event<RoomPresence> event, String name, String room) {
    everyone.to(ROOM + room).emit(event, new RoomPresence(name, room));
  }

  private static <T> T given(@Nullable T argument) {
    if (argument == null) {
      throw new Refused("The argument is missing.");
    }
    return argument;
  }

  /** Milliseconds are what JavaScript's dates hold. */
  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Tells the client why its event was not handled. */
  private static void refuse(IncomingEvent event, Throwable failure) {
    String error;
    if (failure instanceof Refused) {
      error = String.valueOf(failure.getMessage());
    } else if (failure instanceof WrongArgumentException) {
      error = "The argument of " + event.name() + " is of another type.";
    } else {
      log.error("{} failed", event, failure);
      error = "The server could not do that.";
    }
    if (event.wantsAck()) {
      event.ack().send(new Refusal(error));
    } else {
      event.socket().emit(ChatEvents.ERROR, new Refusal(error));
    }
  }
}
