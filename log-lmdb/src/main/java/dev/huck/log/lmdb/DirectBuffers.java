package dev.huck.log.lmdb;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.util.Comparator;
import jnr.ffi.Pointer;
import org.lmdbjava.BufferProxy;

/**
 * Hands LMDB's memory to Java as direct buffers and back. lmdbjava's own proxies reflect on the JDK's buffers, which
 * needs {@code --add-opens}; jffi's native calls do the same without a flag.
 *
 * <p>A buffer that comes out of a transaction is memory of LMDB's map and dies with the transaction: everything is
 * copied out before that.
 */
final class DirectBuffers extends BufferProxy<ByteBuffer> {
    static final DirectBuffers INSTANCE = new DirectBuffers();

    // lmdbjava allocates buffers only to replace them by what out() returns.
    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private DirectBuffers() {}

    @Override
    protected ByteBuffer allocate() {
        return EMPTY;
    }

    @Override
    protected void deallocate(ByteBuffer buffer) {
        // The garbage collector's.
    }

    @Override
    protected byte[] getBytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    @Override
    protected Comparator<ByteBuffer> getUnsignedComparator() {
        return DirectBuffers::compareUnsigned;
    }

    @Override
    protected Comparator<ByteBuffer> getSignedComparator() {
        return ByteBuffer::compareTo;
    }

    @Override
    protected Pointer in(ByteBuffer buffer, Pointer pointer) {
        pointer.putLong(STRUCT_FIELD_OFFSET_SIZE, buffer.remaining());
        pointer.putLong(STRUCT_FIELD_OFFSET_DATA, MEMORY.getDirectBufferAddress(buffer) + buffer.position());
        return pointer;
    }

    @Override
    protected Pointer in(ByteBuffer buffer, int size, Pointer pointer) {
        pointer.putLong(STRUCT_FIELD_OFFSET_SIZE, size);
        pointer.putLong(STRUCT_FIELD_OFFSET_DATA, MEMORY.getDirectBufferAddress(buffer) + buffer.position());
        return pointer;
    }

    @Override
    protected ByteBuffer out(ByteBuffer buffer, Pointer pointer) {
        long address = pointer.getLong(STRUCT_FIELD_OFFSET_DATA);
        return MEMORY.newDirectByteBuffer(address, Math.toIntExact(pointer.getLong(STRUCT_FIELD_OFFSET_SIZE)));
    }

    private static int compareUnsigned(ByteBuffer one, ByteBuffer other) {
        int different = one.mismatch(other);
        if (different < 0) {
            return 0;
        }
        if (different == one.remaining() || different == other.remaining()) {
            return Integer.compare(one.remaining(), other.remaining());
        }
        return Byte.compareUnsigned(one.get(one.position() + different), other.get(other.position() + different));
    }
}
