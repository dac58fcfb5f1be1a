package dev.huck.log.chronicle.process;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** A process that opens a log and writes to it. In a package of its own, as an application is. */
public final class Opening {
    private Opening() {}

    /**
     * Opens a log and appends an entry, or says why that can't be done.
     *
     * @param arguments the log's directory, and anything to wait, with the log open, until it is killed
     * @throws InterruptedException never
     */
    public static void main(String[] arguments) throws InterruptedException {
        LogStoreProvider provider = ServiceLoader.load(LogStoreProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.name().equals("chronicle"))
                .findFirst()
                .orElseThrow();
        try (LogStore store = provider.open(Path.of(arguments[0]), Durability.HIGH)) {
            store.append(List.of(new LogEntry(store.last().index() + 1, 1, new byte[100])));
            store.sync();
            System.out.println("opened");
            if (arguments.length > 1) {
                System.out.println("process " + ProcessHandle.current().pid() + ", last "
                        + store.last().index());
                Thread.sleep(60_000);
            }
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }
}
