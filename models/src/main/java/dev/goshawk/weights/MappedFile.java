package dev.goshawk.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file mapped into memory: its pages are read when they are touched and need no copy on the heap. Counts the bytes
 * handed out as blocks, for {@link ReadProgress}. Used and closed by one thread; blocks are gone when it is closed.
 */
final class MappedFile implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment content;
    private final ReadProgress progress;
    private long handedOut;

    private MappedFile(Arena arena, MemorySegment content, ReadProgress progress) {
        this.arena = arena;
        this.content = content;
        this.progress = progress;
    }

    @SuppressWarnings("MustBeClosedChecker") // close() closes it
    static MappedFile open(Path file, ReadProgress progress) throws IOException {
        Arena arena = Arena.ofConfined();
        try (FileChannel channel = FileChannel.open(file)) {
            return new MappedFile(arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena),
                    progress);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    long length() {
        return content.byteSize();
    }

    /**
     * {@code count} bytes from {@code start}, little-endian.
     *
     * @throws EOFException if the file ends before
     */
    ByteBuffer bytes(long start, long count) throws EOFException {
        if (start < 0 || count < 0 || start > length() - count) {
            throw new EOFException("stops at byte " + length() + ", before the numbers end");
        }
        return content.asSlice(start, count).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** As {@link #bytes}, and reports that these were read. */
    ByteBuffer block(long start, long count) throws EOFException {
        ByteBuffer block = bytes(start, count);
        handedOut = Math.min(length(), handedOut + count);
        progress.read(handedOut, length());
        return block;
    }

    /** The first {@code limit} bytes, or all where the file is shorter. */
    InputStream stream(long limit) throws EOFException {
        ByteBuffer bytes = bytes(0, Math.min(limit, length()));
        return new InputStream() {
            @Override
            public int read() {
                return bytes.hasRemaining() ? bytes.get() & 0xFF : -1;
            }

            @Override
            public int read(byte[] target, int offset, int count) {
                int n = Math.min(count, bytes.remaining());
                bytes.get(target, offset, n);
                return n > 0 || count == 0 ? n : -1;
            }
        };
    }

    @Override
    public void close() {
        arena.close();
    }
}
