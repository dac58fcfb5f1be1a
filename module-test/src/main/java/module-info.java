/** An application outside the house: compiled against the API alone, its engine, log and transport found at run time. */
@org.jspecify.annotations.NullMarked
module dev.huck.example.ticket {
    requires dev.huck.raft.api;
    requires static org.jspecify;
}
