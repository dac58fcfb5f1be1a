/** A deterministic simulator of whole clusters, and the contract suites of the plug-in interfaces. */
@org.jspecify.annotations.NullMarked
module dev.huck.raft.testkit {
    requires transitive dev.huck.raft.api;
    requires dev.huck.raft.core;
    requires info.picocli;
    requires java.compiler;
    requires transitive org.junit.jupiter.api;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.huck.raft.testkit.linear;
    exports dev.huck.raft.testkit.log;
    exports dev.huck.raft.testkit.storm;

    uses dev.huck.raft.api.spi.LogStoreProvider;

    opens dev.huck.raft.testkit.cli to
            info.picocli;
}
