/** A durable log store on LMDB. Found by {@link java.util.ServiceLoader}; nothing to compile against. */
@org.jspecify.annotations.NullMarked
module dev.huck.log.lmdb {
    requires dev.huck.raft.api;
    requires static org.jspecify;

    // lmdbjava and what it uses are automatic modules: they can't say what they need, so it is said here.
    requires lmdbjava;
    requires org.jnrproject.ffi;
    requires org.jnrproject.jffi;
    requires org.objectweb.asm.commons;
    requires org.objectweb.asm.util;
    requires jdk.unsupported;

    provides dev.huck.raft.api.spi.LogStoreProvider with
            dev.huck.log.lmdb.LmdbLogStoreProvider;
}
