package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipException;

/**
 * Where the entries of a zip file lie, ZIP64 included (PKWARE's APPNOTE, sections 4.3 and 4.5.3): the part of the
 * format that the JDK keeps to itself and that mapping a stored entry needs. Every claim is held against the file's length.
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int LOCATOR64_LENGTH = 20;
    private static final int END64 = 0x06064b50;
    private static final int END64_LENGTH = 56;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_LENGTH = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int EXTRA64 = 1;
    private static final long IN_EXTRA = 0xFFFFFFFFL;
    private static final long MAX_DIRECTORY = 64L << 20;

    private final MappedFile file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final long start;

    /**
     * An entry as the directory describes it.
     *
     * @param method 0 where it is stored as it is
     * @param header where its own header lies in the file
     */
    record Entry(String name, int method, int crc, long compressed, long size, long header) {
    }

    /**
     * Reads the directory.
     *
     * @throws ZipException if there is none, or it contradicts itself or the file's length
     */
    ZipDirectory(MappedFile file) throws IOException {
        this.file = file;
        long end = end();
        ByteBuffer last = file.bytes(end, END_LENGTH);
        long size = last.getInt(12) & IN_EXTRA;
        long offset = last.getInt(16) & IN_EXTRA;
        if (offset == IN_EXTRA || size == IN_EXTRA || last.getShort(10) == -1) {
            ByteBuffer locator = part(end - LOCATOR64_LENGTH, LOCATOR64_LENGTH, LOCATOR64, "ZIP64 locator");
            ByteBuffer large = part(locator.getLong(8), END64_LENGTH, END64, "ZIP64 end of the directory");
            size = large.getLong(40);
            offset = large.getLong(48);
        }
        if (size < 0 || size > MAX_DIRECTORY || offset < 0 || offset > end - size) {
            throw new ZipException("its directory claims " + size + " bytes at " + offset);
        }
        this.start = offset;
        list(file.bytes(offset, size));
    }

    /** All entries by name, in the directory's order. */
    Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /** The position of a stored entry's first byte; all of them lie before the directory. */
    long data(Entry entry) throws IOException {
        ByteBuffer header = part(entry.header(), LOCAL_LENGTH, LOCAL,
                "header of " + Printable.shown(entry.name()));
        long at = entry.header() + LOCAL_LENGTH + u16(header, 26) + u16(header, 28);
        if (at > start - entry.compressed()) {
            throw new ZipException("entry " + Printable.shown(entry.name()) + " reaches into the directory");
        }
        return at;
    }

    /** The directory's end stands last in the file, but for a comment. */
    private long end() throws IOException {
        long lowest = Math.max(0, file.length() - END_LENGTH - LONGEST_COMMENT);
        ByteBuffer tail = file.bytes(lowest, file.length() - lowest);
        for (int at = tail.capacity() - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END && at + END_LENGTH + u16(tail, at + 20) == tail.capacity()) {
                return lowest + at;
            }
        }
        throw new ZipException("its directory is missing");
    }

    private ByteBuffer part(long at, int length, int signature, String what) throws IOException {
        try {
            ByteBuffer part = file.bytes(at, length);
            if (part.getInt(0) == signature) {
                return part;
            }
        } catch (EOFException e) {
            // Outside the file is as wrong as inside it without its signature.
        }
        throw new ZipException("no " + what + " at byte " + at);
    }

    private void list(ByteBuffer in) throws IOException {
        while (in.hasRemaining()) {
            int at = in.position();
            if (in.remaining() < ENTRY_LENGTH || in.getInt(at) != ENTRY) {
                throw new ZipException("no entry at byte " + at + " of its directory");
            }
            int nameLength = u16(in, at + 28);
            int extraLength = u16(in, at + 30);
            int length = ENTRY_LENGTH + nameLength + extraLength + u16(in, at + 32);
            if (length > in.remaining()) {
                throw new ZipException("an entry reaches past its directory");
            }
            byte[] name = new byte[nameLength];
            in.get(at + ENTRY_LENGTH, name);
            Entry entry = entry(in, at, new String(name, StandardCharsets.UTF_8),
                    in.slice(at + ENTRY_LENGTH + nameLength, extraLength).order(in.order()));
            if (entries.putIfAbsent(entry.name(), entry) != null) {
                throw new IllegalArgumentException(
                        "zip entry " + Printable.shown(entry.name()) + " is there twice");
            }
            in.position(at + length);
        }
    }

    private static Entry entry(ByteBuffer in, int at, String name, ByteBuffer extra) throws IOException {
        ByteBuffer wide = wide(extra);
        long size = widened(in.getInt(at + 24), wide, name);
        long compressed = widened(in.getInt(at + 20), wide, name);
        long header = widened(in.getInt(at + 42), wide, name);
        return new Entry(name, u16(in, at + 10), in.getInt(at + 16), compressed, size, header);
    }

    /** The ZIP64 numbers among an entry's extra fields, or nothing. */
    private static ByteBuffer wide(ByteBuffer extra) {
        int at = 0;
        while (at + 4 <= extra.capacity()) {
            int length = u16(extra, at + 2);
            if (length > extra.capacity() - at - 4) {
                break;
            }
            if (u16(extra, at) == EXTRA64) {
                return extra.slice(at + 4, length).order(extra.order());
            }
            at += 4 + length;
        }
        return ByteBuffer.allocate(0);
    }

    private static long widened(int narrow, ByteBuffer wide, String name) throws ZipException {
        long value = narrow & IN_EXTRA;
        if (value == IN_EXTRA) {
            if (wide.remaining() < Long.BYTES) {
                throw new ZipException("entry " + Printable.shown(name) + " lacks its ZIP64 sizes");
            }
            value = wide.getLong();
        }
        if (value < 0) {
            throw new ZipException("entry " + Printable.shown(name) + " has a negative size or place");
        }
        return value;
    }

    private static int u16(ByteBuffer in, int at) {
        return in.getShort(at) & 0xFFFF;
    }
}
