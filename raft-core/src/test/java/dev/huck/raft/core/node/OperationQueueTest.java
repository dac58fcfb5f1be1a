package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

final class OperationQueueTest {

    private static Operation operation() {
        return Operation.local(null, reply -> {});
    }

    @Test
    void emptyQueueHasNoHead() {
        assertNull(new OperationQueue().head());
    }

    @Test
    void chainsComeOutInOrder() {
        OperationQueue queue = new OperationQueue();
        Operation first = operation();
        Operation second = operation();
        Operation third = operation();
        first.next = second;
        queue.add(first, second);
        queue.add(third, third);
        assertSame(first, queue.head());
        queue.pop();
        assertSame(second, queue.head());
        queue.pop();
        assertSame(third, queue.head());
        queue.pop();
        assertNull(queue.head());
    }

    @Test
    void takenOperationLetsGoOfWhatItHeld() {
        OperationQueue queue = new OperationQueue();
        Operation operation = operation();
        queue.add(operation, operation);
        queue.pop();
        assertNull(operation.local);
        assertEquals(Operation.State.GONE, operation.state);
    }

    @Test
    void consumerSeesAllThatAnotherThreadAdds() throws InterruptedException {
        OperationQueue queue = new OperationQueue();
        int count = 200_000;
        Thread producer = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                Operation operation = operation();
                operation.index = i;
                queue.add(operation, operation);
            }
        });
        producer.start();
        for (int seen = 0; seen < count; ) {
            Operation head = queue.head();
            if (head == null) {
                Thread.onSpinWait();
            } else {
                assertEquals(seen, head.index);
                queue.pop();
                seen++;
            }
        }
        producer.join();
        assertNull(queue.head());
    }
}
