package dev.goshawk.files;

import dev.goshawk.files.FaultyFiles.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A channel whose writes may go wrong. */
final class FaultyChannel extends FileChannel {
    private final FaultyFiles files;
    private final Path path;
    private final FileChannel real;

    FaultyChannel(FaultyFiles files, Path path, FileChannel real) {
        this.files = files;
        this.path = path;
        this.real = real;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        files.power().written(path);
        boolean full = files.fails(Fault.FULL);
        if (full || files.fails(Fault.WRITE)) {
            half(bytes);
            throw new IOException(full ? "No space left on device" : "Input/output error");
        }
        return files.fails(Fault.SHORT) ? half(bytes) : real.write(bytes);
    }

    private int half(ByteBuffer bytes) throws IOException {
        int limit = bytes.limit();
        bytes.limit(bytes.position() + bytes.remaining() / 2);
        int written = real.write(bytes);
        bytes.limit(limit);
        return written;
    }

    @Override
    public long write(ByteBuffer[] bytes, int from, int count) throws IOException {
        long all = 0;
        for (int i = from; i < from + count; i++) {
            all += write(bytes[i]);
            if (bytes[i].hasRemaining()) {
                break;
            }
        }
        return all;
    }

    @Override
    public int write(ByteBuffer bytes, long at) throws IOException {
        files.power().written(path);
        return real.write(bytes, at);
    }

    @Override
    public void force(boolean metadata) throws IOException {
        if (files.fails(Fault.FORCE)) {
            throw new IOException("Input/output error");
        }
        if (Files.isDirectory(path) && files.fails(Fault.FILES_ALONE)) {
            throw new IOException("Invalid argument");
        }
        real.force(metadata);
        files.power().forced(path);
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        return real.read(bytes);
    }

    @Override
    public long read(ByteBuffer[] bytes, int from, int count) throws IOException {
        return real.read(bytes, from, count);
    }

    @Override
    public int read(ByteBuffer bytes, long at) throws IOException {
        return real.read(bytes, at);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public FileChannel position(long at) throws IOException {
        real.position(at);
        return this;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        real.truncate(size);
        return this;
    }

    @Override
    public long transferTo(long from, long count, WritableByteChannel to) throws IOException {
        return real.transferTo(from, count, to);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        return real.transferFrom(source, at, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
        return real.map(mode, at, size);
    }

    @Override
    public java.lang.foreign.MemorySegment map(MapMode mode, long at, long size, java.lang.foreign.Arena arena)
            throws IOException {
        return real.map(mode, at, size, arena);
    }

    @Override
    public FileLock lock(long at, long size, boolean shared) throws IOException {
        return real.lock(at, size, shared);
    }

    @Override
    public FileLock tryLock(long at, long size, boolean shared) throws IOException {
        return real.tryLock(at, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
