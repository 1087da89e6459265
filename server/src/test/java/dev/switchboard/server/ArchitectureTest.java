package dev.switchboard.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The directions between packages, each a rule. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.switchboard.protocol", "dev.switchboard.server");

  private static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    holds(slices().matching("dev.switchboard.(**)").should().beFreeOfCycles());
  }

  @Test
  void onlyTheNettyPackageKnowsNetty() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.switchboard.server.netty..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.."));
  }

  @Test
  void onlyTheJsonPackageKnowsJacksonAndMsgpack() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.switchboard.protocol.json..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson..", "com.fasterxml..", "org.msgpack.."));
  }

  @Test
  void theProtocolUsesTheJdkAndItsCodecsOnly() {
    holds(
        classes()
            .that()
            .resideInAPackage("dev.switchboard.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.jspecify..",
                "dev.switchboard.protocol..",
                "tools.jackson..",
                "com.fasterxml.jackson.annotation..",
                "org.msgpack.."));
  }

  @Test
  void theEngineKnowsNeitherTheApiNorTheTransportNorSocketIo() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.switchboard.server.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.switchboard.server",
                "dev.switchboard.server.netty..",
                "dev.switchboard.server.cluster..",
                "dev.switchboard.protocol.socket..",
                "dev.switchboard.protocol.cluster.."));
  }

  @Test
  void theClusterKnowsNeitherTheApiNorTheEngine() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.switchboard.server.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.switchboard.server",
                "dev.switchboard.server.engine..",
                "dev.switchboard.server.netty.."));
  }

  @Test
  void theTransportKnowsNothingAboveTheEngine() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.switchboard.server.netty..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.switchboard.server", "dev.switchboard.server.cluster.."));
  }

  @Test
  void nothingWaitsButTheOneMethodThatSaysSo() {
    holds(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(SocketIoServer.class.getName())
            .should()
            .callMethod(CompletableFuture.class, "join")
            .orShould()
            .callMethod(CompletableFuture.class, "get")
            .orShould()
            .callMethod(Future.class, "get")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class));
  }

  @Test
  void mostTypesAreTheirPackagesOwn() {
    long all = CLASSES.stream().filter(type -> type.isTopLevelClass()).count();
    long open =
        CLASSES.stream()
            .filter(type -> type.isTopLevelClass())
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .count();
    Assertions.assertThat(open).as("public of %d types", all).isLessThan(all * 55 / 100);
  }
}
