package dev.huck.example.clone.campaign;

import dev.huck.example.clone.campaign.Call.Kind;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** What clients ask in a cycle: a few keys that all of them share, and now and then a key of its own for one write. */
final class Keys {
    private static final int SHARED = 8;

    private final String prefix;
    private final AtomicLong writes = new AtomicLong();

    /** Keys that begin so and are new to the cluster. */
    Keys(String prefix) {
        this.prefix = prefix;
    }

    /** A command before it is sent. */
    record Ask(Kind kind, String key, String value) {
        Object[] words() {
            return value.isEmpty() ? new Object[] {kind, key} : new Object[] {kind, key, value};
        }
    }

    Ask next(Random random) {
        if (random.nextInt(4) == 0) {
            long number = writes.incrementAndGet();
            return new Ask(Kind.SET, prefix + "once:" + number, "" + number);
        }
        int which = random.nextInt(SHARED);
        boolean reads = random.nextBoolean();
        if (which < SHARED / 2) {
            return ask(reads ? Kind.GET : Kind.SET, "register:" + which);
        }
        if (which < SHARED * 3 / 4) {
            return ask(reads ? Kind.GET : Kind.INCR, "counter:" + which);
        }
        return ask(reads ? Kind.GET : Kind.APPEND, "list:" + which);
    }

    private Ask ask(Kind kind, String key) {
        String value =
                switch (kind) {
                    case SET -> "" + writes.incrementAndGet();
                    case APPEND -> "<" + writes.incrementAndGet() + ">";
                    case GET, INCR -> "";
                };
        return new Ask(kind, prefix + key, value);
    }
}
