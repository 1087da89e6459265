package dev.switchboard.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The directions between the client's packages, each a rule. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.switchboard.client");

  private static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    holds(slices().matching("dev.switchboard.(**)").should().beFreeOfCycles());
  }

  @Test
  void theClientUsesTheJdkAndTheProtocolOnly() {
    holds(
        classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.net.ssl..",
                "org.slf4j..",
                "org.jspecify..",
                "dev.switchboard.protocol..",
                "dev.switchboard.client.."));
  }

  @Test
  void theEngineKnowsNeitherSocketsNorNamespaces() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.switchboard.client.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.switchboard.client", "dev.switchboard.protocol.socket.."));
  }

  @Test
  void onlyTheEngineKnowsTheNetwork() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.switchboard.client")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http.."));
  }

  @Test
  void nothingWaitsButTheOneMethodThatSaysSo() {
    holds(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ClientSocket.class.getName())
            .should()
            .callMethod(CompletableFuture.class, "join")
            .orShould()
            .callMethod(CompletableFuture.class, "get")
            .orShould()
            .callMethod(Future.class, "get")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class));
  }
}
