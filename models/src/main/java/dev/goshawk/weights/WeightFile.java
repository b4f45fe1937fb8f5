package dev.goshawk.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads weights from a file of any supported format. */
public final class WeightFile {
    /** What {@code DataParallel} puts before every name. */
    private static final String DATA_PARALLEL = "module.";
    private static final int PROBE = 16;
    /** An empty safetensors file: a length and two braces. */
    private static final int SHORTEST = 10;

    private WeightFile() {
    }

    /**
     * Reads a PyTorch file (zip or legacy pickle) or a safetensors file, told apart by their first bytes. In a pickle
     * the state dict may be nested, as under {@code state_dict}. A prefix {@code module.} that every name carries is
     * taken off.
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
        try {
            return readAny(file, progress).withoutPrefix(DATA_PARALLEL);
        } catch (NoSuchFileException e) {
            throw new WeightFileException(file, "no such file", e);
        } catch (AccessDeniedException e) {
            throw new WeightFileException(file, "cannot be read (permission denied)", e);
        } catch (IOException e) {
            throw new WeightFileException(file, "cannot be read (" + WeightFileException.shown(e.getMessage()) + ")",
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

    private static Weights readAny(Path file, ReadProgress progress) throws IOException {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, "is a folder, expected a weight file");
        }
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(PROBE);
        }
        if (start.length < SHORTEST) {
            throw new WeightFileException(file, "is only " + start.length + " bytes long, expected a weight file");
        }
        if (start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4) {
            return TorchZip.read(file, progress);
        }
        if (TorchLegacy.matches(start)) {
            return TorchLegacy.read(file, progress);
        }
        if (start[Long.BYTES] == '{') {
            return SafetensorsFile.read(file, progress);
        }
        throw new WeightFileException(file, start[0] == (byte) 0x80
                ? "is a pickle, but not one written by torch.save"
                : "is neither a PyTorch (torch.save) nor a safetensors file");
    }
}
