package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The format of {@code torch.save} before PyTorch 1.6: five pickles (magic number, protocol 1001, the machine's sizes,
 * the object, the storage keys), then for each key the element count as int64 and the elements.
 */
final class TorchLegacy {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final int PROTOCOL = 1001;
    private static final long MAX_PICKLE = 64L << 20;
    private static final long MAX_ARRAY = Integer.MAX_VALUE - 8;

    private TorchLegacy() {
    }

    /** Whether the first bytes of a file are the magic number, pickled. */
    static boolean matches(byte[] start) {
        byte[] magic = MAGIC.toByteArray();
        if (start.length < 4 + magic.length || start[0] != (byte) 0x80 || start[2] != (byte) 0x8a
                || start[3] != magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (start[4 + i] != magic[magic.length - 1 - i]) {
                return false;
            }
        }
        return true;
    }

    static Weights read(Path file, boolean integers, ReadProgress progress) throws IOException {
        try (MappedFile mapped = MappedFile.open(file, progress)) {
            long length = mapped.length();
            PickleStream bytes = new PickleStream(mapped.stream(MAX_PICKLE), Math.min(length, MAX_PICKLE));
            StateDictUnpickler pickles = new StateDictUnpickler(bytes);
            expect(file, "magic number", MAGIC, pickles.next());
            expect(file, "protocol", PROTOCOL, pickles.next());
            if (pickles.next() instanceof Map<?, ?> system && Boolean.FALSE.equals(system.get("little_endian"))) {
                throw new WeightFileException(file, "is big-endian; only little-endian files are read");
            }
            Object pickled = pickles.next();
            if (!(pickles.next() instanceof List<?> keys)) {
                throw new WeightFileException(file,
                        "damaged: expected the list of storage keys after the pickled object");
            }
            Map<String, Long> starts = starts(file, mapped, bytes.position(), keys, pickles.storages());
            return StateDict.read(file, integers, length, pickled, storage -> {
                Long start = starts.get(storage.key());
                if (start == null || storage.bytes() > MAX_ARRAY) {
                    throw new WeightFileException(file, "storage " + Printable.shown(storage.key())
                            + (start == null ? " is missing" : " is over 2 GiB"));
                }
                return mapped.block(start, storage.bytes());
            });
        } catch (EOFException e) {
            throw new WeightFileException(file, "truncated: it " + e.getMessage(), e);
        }
    }

    private static void expect(Path file, String what, Object expected, Object got) {
        if (!(got instanceof Number) || !expected.equals(got)) {
            throw new WeightFileException(file, what + ": expected " + expected + ", got "
                    + (got instanceof Number ? Printable.shown(got) : "a " + PickleValues.kind(got)));
        }
    }

    /** Where each storage's elements start; every block is held against the pickle and the length of the file. */
    private static Map<String, Long> starts(Path file, MappedFile mapped, long first, List<?> keys,
            Map<String, StorageRef> storages) throws IOException {
        long length = mapped.length();
        Map<String, Long> starts = new HashMap<>();
        long at = first;
        for (Object listed : keys) {
            // Anything may stand in the list, also what cannot be hashed or printed in a lifetime.
            if (!(listed instanceof String key)) {
                throw new WeightFileException(file, "damaged: a " + PickleValues.kind(listed)
                        + " where the key of a storage belongs");
            }
            StorageRef storage = storages.get(key);
            if (storage == null || starts.containsKey(storage.key())) {
                throw new WeightFileException(file, "damaged: storage key " + Printable.shown(key)
                        + (storage == null ? " belongs to no tensor" : " is listed twice"));
            }
            long count = mapped.bytes(at, Long.BYTES).getLong(0);
            if (count != storage.length()) {
                throw new WeightFileException(file,
                        "storage " + Printable.shown(key) + " has " + count
                                + " elements, the pickle says " + storage.length());
            }
            at += Long.BYTES;
            if (storage.bytes() > length - at) {
                throw new WeightFileException(file, "truncated: storage " + Printable.shown(key) + " needs "
                        + storage.bytes() + " bytes at " + at + ", the file has " + length);
            }
            starts.put(storage.key(), at);
            at += storage.bytes();
        }
        return starts;
    }
}
