package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

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

    static Weights read(Path file, boolean integers, ReadProgress progress) throws IOException {
        try (MappedFile mapped = MappedFile.open(file, progress)) {
            ZipDirectory zip = new ZipDirectory(mapped);
            String prefix = prefix(file, zip);
            ZipDirectory.Entry order = zip.entries().get(prefix + "/byteorder");
            if (order != null && !text(file, mapped, zip, order).equals("little")) {
                throw new WeightFileException(file, "is big-endian; only little-endian files are read");
            }
            ByteBuffer content = bytes(file, mapped, zip, entry(file, zip, prefix + PICKLE), MAX_PICKLE);
            byte[] pickle = new byte[content.remaining()];
            content.get(pickle);
            Object pickled = new StateDictUnpickler(new PickleStream(new ByteArrayInputStream(pickle), pickle.length))
                    .next();
            return StateDict.read(file, integers, mapped.length(), pickled, storage -> {
                ZipDirectory.Entry entry = entry(file, zip, prefix + "/data/" + storage.key());
                if (entry.size() != storage.bytes()) {
                    throw new WeightFileException(file,
                            "storage " + Printable.shown(entry.name()) + " has "
                                    + entry.size() + " bytes, the pickle says " + storage.bytes());
                }
                return bytes(file, mapped, zip, entry, MAX_ARRAY);
            });
        } catch (ZipException e) {
            throw new WeightFileException(file,
                    "truncated or damaged zip (" + Printable.shown(e.getMessage()) + ")", e);
        } catch (EOFException e) {
            throw new WeightFileException(file, "damaged: its data.pkl " + e.getMessage(), e);
        }
    }

    private static String prefix(Path file, ZipDirectory zip) {
        List<String> pickles = zip.entries().keySet().stream()
                .filter(n -> n.endsWith(PICKLE) && n.indexOf('/') == n.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw new WeightFileException(file, foreign(zip, pickles.size()));
        }
        String prefix = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length());
        if (zip.entries().containsKey(prefix + "/constants.pkl")) {
            throw new WeightFileException(file,
                    "is a TorchScript program, not a state dict; in PyTorch save its weights: "
                            + "torch.save(torch.jit.load(FILE).state_dict(), OTHER)");
        }
        return prefix;
    }

    /** What a zip is that is not one of torch.save. */
    private static String foreign(ZipDirectory zip, int pickles) {
        Set<String> names = zip.entries().keySet();
        if (!names.isEmpty() && names.stream().allMatch(n -> n.endsWith(".npy"))) {
            return "is a NumPy archive (npz); expected PyTorch or safetensors weights";
        }
        if (names.contains("model.weights.h5")) {
            return "is a Keras model; expected PyTorch or safetensors weights";
        }
        if (names.stream().anyMatch(n -> n.equals("archive_format") || n.endsWith("/archive_format")
                || n.equals("serialized_exported_program.json"))) {
            return "is a program of torch.export; in PyTorch save its weights: torch.save(program.state_dict, FILE)";
        }
        return "is a zip but not one of torch.save: expected one <name>/data.pkl, got " + pickles
                + "; if a weight file is in it, unpack it and give that";
    }

    private static ZipDirectory.Entry entry(Path file, ZipDirectory zip, String name) {
        ZipDirectory.Entry entry = zip.entries().get(name);
        if (entry == null) {
            throw new WeightFileException(file, "zip entry " + Printable.shown(name) + " is missing");
        }
        return entry;
    }

    private static String text(Path file, MappedFile mapped, ZipDirectory zip, ZipDirectory.Entry entry)
            throws IOException {
        return StandardCharsets.UTF_8.decode(bytes(file, mapped, zip, entry, 64)).toString();
    }

    private static ByteBuffer bytes(Path file, MappedFile mapped, ZipDirectory zip, ZipDirectory.Entry entry,
            long limit) throws IOException {
        String name = "zip entry " + Printable.shown(entry.name());
        if (entry.method() != ZipEntry.STORED || entry.size() != entry.compressed()) {
            throw new WeightFileException(file, name + " is compressed; torch.save stores entries as they are");
        }
        long size = entry.size();
        if (size > limit || size > mapped.length()) {
            throw new WeightFileException(file,
                    name + " claims " + size + " bytes (limit " + Math.min(limit, mapped.length()) + ")");
        }
        ByteBuffer content = mapped.block(zip.data(entry), size);
        CRC32 crc = new CRC32();
        crc.update(content.duplicate());
        if ((int) crc.getValue() != entry.crc()) {
            throw new WeightFileException(file, name + " is damaged (its checksum differs)");
        }
        return content;
    }
}
