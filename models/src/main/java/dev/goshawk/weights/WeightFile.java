package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.files.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads weights from a file of any supported format. */
public final class WeightFile {
    private static final int PROBE = 1024;

    private WeightFile() {
    }

    /**
     * Reads a PyTorch file (zip or legacy pickle) or a safetensors file, told apart by their first bytes. In a pickle
     * the state dict may be nested, as under {@code state_dict}, and other data may be saved with it.
     *
     * @throws WeightFileException if the file is missing, damaged, unsafe or of another kind
     */
    public static Weights read(Path file) {
        return read(file, ReadProgress.NONE);
    }

    /**
     * As {@link #read(Path)}, telling how far it has come.
     *
     * @throws WeightFileException if the file is missing, damaged, unsafe or of another kind
     */
    public static Weights read(Path file, ReadProgress progress) {
        return read(file, false, progress);
    }

    /**
     * As {@link #read(Path, ReadProgress)}, with the tensors of integers that no network has: those of 8 and 16 bits
     * become float32; int64, uint32 and uint64 become float64.
     *
     * @throws WeightFileException if the file is missing, damaged, unsafe or of another kind
     */
    public static Weights readNumbers(Path file, ReadProgress progress) {
        return read(file, true, progress);
    }

    private static Weights read(Path file, boolean integers, ReadProgress progress) {
        try {
            return readAny(file, integers, progress);
        } catch (NoSuchFileException e) {
            throw new WeightFileException(file, "no such file", e);
        } catch (AccessDeniedException e) {
            throw new WeightFileException(file, "cannot be read (permission denied)", e);
        } catch (IOException e) {
            throw new WeightFileException(file, "cannot be read (" + Printable.shown(e.getMessage()) + ")",
                    e);
        } catch (WeightFileException e) {
            throw e;
        } catch (InternalError e) {
            // What the virtual machine throws where a page of a mapped file is no longer there.
            throw new WeightFileException(file, "was cut short while it was read", e);
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static Weights readAny(Path file, boolean integers, ReadProgress progress) throws IOException {
        long size = size(file);
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(PROBE);
        }
        if (start.length >= ForeignFile.SHORTEST && start[0] == 'P' && start[1] == 'K' && start[2] == 3
                && start[3] == 4) {
            return TorchZip.read(file, integers, progress);
        }
        if (TorchLegacy.matches(start)) {
            return TorchLegacy.read(file, integers, progress);
        }
        if (start.length >= ForeignFile.SHORTEST && start[Long.BYTES] == '{') {
            return SafetensorsFile.read(file, integers, progress);
        }
        throw new WeightFileException(file, ForeignFile.describe(start, size));
    }

    private static long size(Path file) {
        try {
            return RegularFile.size(file);
        } catch (IOException e) {
            throw new WeightFileException(file, String.valueOf(e.getMessage()), e);
        }
    }
}
