/** A small Redis that survives the loss of a minority of its machines: the application that ships with Huck. */
@org.jspecify.annotations.NullMarked
module dev.huck.example.clone {
    requires dev.huck.raft.api;
    requires org.slf4j;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires info.picocli;
    requires static org.jspecify;
}
