package dev.switchboard.protocol.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.switchboard.protocol.TypeRef;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgsTest {
  record Point(int x, int y) {}

  record Named(String name, Point at) {}

  @Test
  void givesValuesAsTheyAreIfTheyFit() {
    Point point = new Point(1, 2);
    byte[] data = {1};
    Args args = Args.of(point, data, "a", null);

    assertThat(args.size()).isEqualTo(4);
    assertThat(args.get(0, Point.class)).isSameAs(point);
    assertThat(args.get(1, byte[].class)).isSameAs(data);
    assertThat(args.get(2, String.class)).isEqualTo("a");
    assertThat(args.get(3, String.class)).isNull();
    assertThat(args.get(4, String.class)).isNull();
    assertThat(args.get(-1)).isNull();
    assertThat(args.values()).containsExactly(point, data, "a", null);
  }

  @Test
  void convertsValuesThatDoNot() {
    Args args = Args.of(new Point(1, 2), Map.of("x", 3, "y", 4), 5, List.of(1, 2));

    assertThat(args.get(0)).isEqualTo(Map.of("x", 1, "y", 2));
    assertThat(args.get(0, new TypeRef<Map<String, Integer>>() {}))
        .isEqualTo(Map.of("x", 1, "y", 2));
    assertThat(args.get(1, Point.class)).isEqualTo(new Point(3, 4));
    assertThat(args.get(2, Long.class)).isEqualTo(5L);
    assertThat(args.get(2, int.class)).isEqualTo(5);
    assertThat(args.get(3, new TypeRef<List<Long>>() {})).containsExactly(1L, 2L);
    assertThat(args.get(3, JsonValue.class).text()).isEqualTo("[1,2]");
    assertThat(args.toList())
        .isEqualTo(List.of(Map.of("x", 1, "y", 2), Map.of("x", 3, "y", 4), 5, List.of(1, 2)));
  }

  @Test
  void readsRawValuesAmongThem() {
    Args args = Args.of(new JsonValue("{\"x\":1,\"y\":2}", List.of()));

    assertThat(args.get(0, Point.class)).isEqualTo(new Point(1, 2));
    assertThat(args.get(0)).isEqualTo(Map.of("x", 1, "y", 2));
    assertThat(args.get(0, JsonValue.class).text()).isEqualTo("{\"x\":1,\"y\":2}");
  }

  @Test
  void readsWhatCameOverTheWireAsManyTypesAsAsked() {
    Args args = received("[\"e\",{\"name\":\"n\",\"at\":{\"x\":1,\"y\":2}},[{\"x\":3,\"y\":4}],7]");

    assertThat(args.get(0, Named.class)).isEqualTo(new Named("n", new Point(1, 2)));
    assertThat(args.get(0)).isEqualTo(Map.of("name", "n", "at", Map.of("x", 1, "y", 2)));
    assertThat(args.get(1, new TypeRef<List<Point>>() {})).containsExactly(new Point(3, 4));
    assertThat(args.get(2, Integer.class)).isEqualTo(7);
    assertThat(args.get(2, long.class)).isEqualTo(7L);
    assertThat(args.get(3, String.class)).isNull();
    assertThat(args.values()).hasOnlyElementsOfType(JsonValue.class).hasSize(3);
  }

  @Test
  void namesTheArgumentThatDoesNotFit() {
    Args args = received("[\"e\",1,{\"name\":\"n\",\"at\":{\"x\":\"left\"}}]");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> args.get(1, Named.class))
        .withMessage(
            "argument 1: expected %s, which does not fit at .at.x; came an object %s",
            Named.class.getName(), "{\"name\":\"n\",\"at\":{\"x\":\"left\"}}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Args.of("x").get(0, Integer.class))
        .withMessage("argument 0: expected java.lang.Integer; came a string x");
  }

  @Test
  void doesNotFollowChangesOfItsSource() {
    List<Object> source = new ArrayList<>(List.of(1));
    Args list = Args.ofList(source);
    Object[] array = {1};
    Args values = Args.of(array);

    source.set(0, 2);
    array[0] = 2;

    assertThat(list.get(0)).isEqualTo(1);
    assertThat(values.get(0)).isEqualTo(1);
    assertThat(Args.none().size()).isZero();
    assertThat(Args.ofList(Arrays.asList(null, 1)).toList()).containsExactly(null, 1);
  }

  private static Args received(String payload) {
    PacketDecoder decoder = Parser.text(Json.create()).newDecoder(ParserLimits.DEFAULT);
    return ((Packet.Event) decoder.text("2" + payload)).args();
  }
}
