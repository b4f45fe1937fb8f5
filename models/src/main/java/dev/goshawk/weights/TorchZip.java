package dev.goshawk.weights;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The zip format of {@code torch.save} since PyTorch 1.6: {@code <name>/data.pkl} and one stored entry {@code
 * <name>/data/<key>} for each storage. Entries are never compressed, so none can be larger than the file; one that is
 * compressed is refused.
 */
final class TorchZip {
    private static final String PICKLE = "/data.pkl";
    private static final long MAX_PICKLE = 64L << 20;
    private static final long MAX_ARRAY = Integer.MAX_VALUE - 8;

    private TorchZip() {
    }

    static Weights read(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            long length = Files.size(file);
            String prefix = prefix(file, zip);
            ZipEntry order = zip.getEntry(prefix + "/byteorder");
            if (order != null && !new String(bytes(file, zip, order, 64), StandardCharsets.UTF_8).equals("little")) {
                throw new WeightFileException(file, "is big-endian; only little-endian files are read");
            }
            byte[] pickle = bytes(file, zip, entry(file, zip, prefix + PICKLE), MAX_PICKLE);
            Object pickled = new StateDictUnpickler(new PickleStream(new ByteArrayInputStream(pickle), pickle.length))
                    .next();
            return StateDict.read(file, length, pickled, storage -> {
                ZipEntry entry = entry(file, zip, prefix + "/data/" + storage.key());
                if (entry.getSize() != storage.bytes()) {
                    throw new WeightFileException(file,
                            "storage " + WeightFileException.shown(entry.getName()) + " has "
                                    + entry.getSize() + " bytes, the pickle says " + storage.bytes());
                }
                return bytes(file, zip, entry, MAX_ARRAY);
            });
        } catch (ZipException e) {
            throw new WeightFileException(file,
                    "truncated or damaged zip (" + WeightFileException.shown(e.getMessage()) + ")", e);
        } catch (EOFException e) {
            throw new WeightFileException(file, "damaged: its data.pkl " + e.getMessage(), e);
        }
    }

    private static String prefix(Path file, ZipFile zip) {
        Set<String> names = new HashSet<>();
        zip.stream().forEach(entry -> {
            if (!names.add(entry.getName())) {
                throw new WeightFileException(file,
                        "zip entry " + WeightFileException.shown(entry.getName()) + " is there twice");
            }
        });
        List<String> pickles = names.stream()
                .filter(n -> n.endsWith(PICKLE) && n.indexOf('/') == n.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw new WeightFileException(file, "is a zip but not one of torch.save: expected one <name>/data.pkl, got "
                    + pickles.size());
        }
        String prefix = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length());
        if (names.contains(prefix + "/constants.pkl")) {
            throw new WeightFileException(file,
                    "is a TorchScript program; expected a state dict written by torch.save");
        }
        return prefix;
    }

    private static ZipEntry entry(Path file, ZipFile zip, String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new WeightFileException(file, "zip entry " + WeightFileException.shown(name) + " is missing");
        }
        return entry;
    }

    private static byte[] bytes(Path file, ZipFile zip, ZipEntry entry, long limit) throws IOException {
        String name = "zip entry " + WeightFileException.shown(entry.getName());
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new WeightFileException(file, name + " is compressed; torch.save stores entries as they are");
        }
        long size = entry.getSize();
        if (size < 0 || size > limit || size > Files.size(file)) {
            throw new WeightFileException(file,
                    name + " claims " + size + " bytes (limit " + Math.min(limit, Files.size(file))
                            + ")");
        }
        byte[] content;
        try (InputStream in = zip.getInputStream(entry)) {
            content = in.readNBytes((int) size);
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        if (content.length != size || crc.getValue() != entry.getCrc()) {
            throw new WeightFileException(file, name + " is damaged (its checksum differs)");
        }
        return content;
    }
}
