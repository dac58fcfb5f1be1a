package dev.huck.raft.core.node;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Result;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.ReplySink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A client in the node's process: a connection whose replies become values. Those who send take turns under a lock; a
 * future is completed outside of it, as what hangs on it may send again.
 */
final class LocalClient implements Client {
    private static final Result BUSY =
            new Result.Error("BUSY too many commands of this client are under way; nothing was done, try again");
    private static final Result CLOSED = new Result.Error("ERR the client, or its node, is closed; nothing was done");
    private static final Result LEFT =
            new Result.Error("UNKNOWN the client was closed before the answer; the command may take effect");

    private final ReentrantLock lock = new ReentrantLock();
    /** In the order of their commands; guarded by itself, as the machine stage takes from it. */
    private final Queue<CompletableFuture<Result>> waiting = new ArrayDeque<>();
    /** Under the lock: answered by the thread that sends. */
    private final List<Runnable> completions = new ArrayList<>();

    private final ClientSession session;
    private volatile boolean reading = true;
    private boolean closed;

    LocalClient(Loop loop, MachineRunner machines, BuiltIns builtIns) {
        this.session = new ClientSession(new Connection(), loop, machines, builtIns);
        machines.opened(this);
    }

    @Override
    public CompletionStage<Result> send(Command command) {
        return send(ReadOptions.DEFAULT, command, new CompletableFuture<>());
    }

    @Override
    public CompletionStage<Result> send(ReadOptions options, Command command) {
        return send(options, command, new CompletableFuture<>());
    }

    @Override
    public long lastIndex() {
        return session.highestIndexShown();
    }

    private CompletionStage<Result> send(ReadOptions options, Command command, CompletableFuture<Result> answer) {
        List<Runnable> now = new ArrayList<>();
        lock.lock();
        try {
            if (closed || !reading) {
                Result refused = closed ? CLOSED : BUSY;
                now.add(() -> answer.complete(refused));
            } else {
                synchronized (waiting) {
                    waiting.add(answer);
                }
                session.submit(command, options);
                session.flush();
                now.addAll(completions);
                completions.clear();
            }
        } finally {
            lock.unlock();
        }
        now.forEach(Runnable::run);
        return answer.minimalCompletionStage();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            session.closed();
        } finally {
            lock.unlock();
        }
        List<CompletableFuture<Result>> left;
        synchronized (waiting) {
            left = List.copyOf(waiting);
            waiting.clear();
        }
        session.machines().forget(this);
        left.forEach(each -> each.complete(LEFT));
    }

    private final class Connection implements ClientConnection {
        private final ResultReply replies = new ResultReply();

        @Override
        public String remote() {
            return "in-process";
        }

        @Override
        public ReplySink replies() {
            return replies;
        }

        @Override
        public void flush() {
            List<Runnable> now = lock.isHeldByCurrentThread() ? completions : new ArrayList<>();
            synchronized (waiting) {
                for (Result result : replies.take()) {
                    CompletableFuture<Result> answer = waiting.poll();
                    if (answer == null) {
                        // Closed meanwhile: all are answered.
                        break;
                    }
                    now.add(() -> answer.complete(result));
                }
            }
            if (now != completions) {
                now.forEach(Runnable::run);
            }
        }

        @Override
        public void setReading(boolean read) {
            reading = read;
        }

        @Override
        public void close() {
            LocalClient.this.close();
        }
    }
}
