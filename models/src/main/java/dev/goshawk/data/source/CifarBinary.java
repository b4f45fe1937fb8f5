package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.InMemoryImages;
import dev.goshawk.files.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CIFAR-10's binary version: {@code data_batch_1.bin} to {@code data_batch_5.bin} for training and {@code
 * test_batch.bin}. A record is the label and the red, the green and the blue plane, 3073 bytes. An image's name is
 * {@code <file>/<record>}, records counted from 0.
 */
public final class CifarBinary {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int RECORD = 1 + 3 * PLANE;
    private static final int TRAIN_FILES = 5;
    private static final String TEST_FILE = "test_batch.bin";
    private static final String CLASSES_FILE = "batches.meta.txt";
    /** Where the official archive puts the files. */
    private static final String ARCHIVE_FOLDER = "cifar-10-batches-bin";
    private static final List<String> CLASSES = List.of("airplane", "automobile", "bird", "cat", "deer",
            "dog", "frog", "horse", "ship", "truck");

    private CifarBinary() {
    }

    /** Whether a folder holds batches of this format. */
    static boolean isPresent(Path root) {
        Path folder = folder(root);
        return Files.isRegularFile(folder.resolve(TEST_FILE)) || Files.isRegularFile(folder.resolve(trainFile(1)));
    }

    /**
     * Reads a split, {@code train} or {@code test}.
     *
     * @throws DataException naming the file that is missing, not a whole number of records or has an impossible label
     */
    public static ImageDataset open(Path root, String split) {
        List<String> files = switch (split) {
            case "train" -> {
                List<String> batches = new ArrayList<>();
                for (int i = 1; i <= TRAIN_FILES; i++) {
                    batches.add(trainFile(i));
                }
                yield batches;
            }
            case "test" -> List.of(TEST_FILE);
            default -> throw new DataException(
                    root + ": CIFAR-10 batches have the splits train and test, not '" + split + "'");
        };
        return read(folder(root), files);
    }

    private static ImageDataset read(Path folder, List<String> files) {
        List<String> classes = classNames(folder);
        int[] records = new int[files.size()];
        int total = 0;
        for (int f = 0; f < records.length; f++) {
            records[f] = records(folder.resolve(files.get(f)));
            total = Math.addExact(total, records[f]);
        }
        byte[] pixels = InMemoryImages.allocate(folder.toString(), total, SIDE, SIDE);
        int[] labels = new int[total];
        List<String> names = new ArrayList<>(total);
        byte[] record = new byte[RECORD];
        int image = 0;
        for (int f = 0; f < records.length; f++) {
            Path file = folder.resolve(files.get(f));
            try (InputStream in = Files.newInputStream(file)) {
                for (int r = 0; r < records[f]; r++, image++) {
                    if (in.readNBytes(record, 0, RECORD) != RECORD) {
                        throw new DataException(file + ": ends inside record " + r);
                    }
                    labels[image] = record[0] & 0xFF;
                    if (labels[image] >= classes.size()) {
                        throw new DataException(
                                file + ": record " + r + " has label " + labels[image] + ", expected 0 to "
                                        + (classes.size() - 1));
                    }
                    interleave(record, pixels, image * 3 * PLANE);
                    names.add(files.get(f) + "/" + r);
                }
            } catch (IOException e) {
                throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
            }
        }
        return new InMemoryImages(SIDE, SIDE, pixels, labels, names, classes);
    }

    private static int records(Path file) {
        try {
            long size = RegularFile.size(file);
            if (size == 0 || size % RECORD != 0 || size / RECORD > Integer.MAX_VALUE) {
                throw new DataException(file + ": is " + size + " bytes long, expected a multiple of " + RECORD);
            }
            return (int) (size / RECORD);
        } catch (IOException e) {
            throw new DataException(file + ": " + e.getMessage() + ", expected a CIFAR-10 batch", e);
        }
    }

    private static void interleave(byte[] record, byte[] pixels, int offset) {
        for (int p = 0; p < PLANE; p++) {
            for (int c = 0; c < 3; c++) {
                pixels[offset + 3 * p + c] = record[1 + c * PLANE + p];
            }
        }
    }

    private static List<String> classNames(Path folder) {
        Path file = folder.resolve(CLASSES_FILE);
        if (Files.notExists(file)) {
            return CLASSES;
        }
        List<String> names = TextLines.read(file, "list of class names").stream().map(TextLines.Line::text).toList();
        if (names.size() != CLASSES.size()) {
            throw new DataException(file + ": expected " + CLASSES.size() + " class names, got " + names.size());
        }
        return names;
    }

    private static Path folder(Path root) {
        Path inner = root.resolve(ARCHIVE_FOLDER);
        return Files.isDirectory(inner) ? inner : root;
    }

    private static String trainFile(int number) {
        return "data_batch_" + number + ".bin";
    }
}
