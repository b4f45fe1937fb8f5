package dev.goshawk.weights;

import dev.goshawk.files.FailedDownload;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** What is given in place of a weight file, told by its first bytes, and the remedy. */
final class ForeignFile {
    private static final String CONVERT = "; in PyTorch save the weights: torch.save(model.state_dict(), FILE)";
    private static final String UNPACK = "; unpack it and give the weight file in it";
    private static final int TAR_MAGIC = 257;
    /** An empty safetensors file: a length and two braces. */
    static final int SHORTEST = 10;

    /** @param start the first bytes, as hexadecimal digits */
    private record Kind(String start, String what) {
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("1f8b", "is compressed by gzip" + UNPACK),
            new Kind("fd377a585a00", "is compressed by xz" + UNPACK),
            new Kind("425a68", "is compressed by bzip2" + UNPACK),
            new Kind("28b52ffd", "is compressed by zstd" + UNPACK),
            new Kind("04224d18", "is compressed by lz4" + UNPACK),
            new Kind("377abcaf271c", "is a 7z archive" + UNPACK), new Kind("526172211a07", "is a RAR archive" + UNPACK),
            new Kind("504b0506", "is an empty zip file; write or download it again"),
            new Kind("894844460d0a1a0a", "is an HDF5 file, as Keras writes; expected PyTorch or safetensors weights"),
            new Kind("934e554d5059", "is a NumPy array; expected PyTorch or safetensors weights"),
            new Kind("47475546", "is a GGUF file; expected PyTorch or safetensors weights"),
            new Kind("89504e47", "is a PNG image, no weight file"),
            new Kind("ffd8ff", "is a JPEG image, no weight file"),
            new Kind("25504446", "is a PDF document, no weight file"),
            new Kind("7f454c46", "is a program, no weight file"));

    private ForeignFile() {
    }

    /** What the file is, when it is none that can be read; a line without its name. */
    static String describe(byte[] start, long size) {
        if (start.length == 0 || size == 0) {
            return "is empty; write or download it again";
        }
        if (size < SHORTEST) {
            return "is only " + size + " bytes long, expected a weight file";
        }
        String hex = HexFormat.of().formatHex(start);
        for (Kind kind : KINDS) {
            if (hex.startsWith(kind.start)) {
                return kind.what;
            }
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("ustar", TAR_MAGIC)) {
            return "is a tar archive" + UNPACK;
        }
        if (text.startsWith("TFL3", 4)) {
            return "is a TensorFlow Lite model; expected PyTorch or safetensors weights";
        }
        if (start[0] == 8 && start.length > 2 && start[1] < 32 && start[2] == 0x12) {
            return "is an ONNX or TensorFlow graph, not a state dict; a whole ONNX network is given in place of its name, with weights and all";
        }
        if (start[0] == (byte) 0x80) {
            return "is a pickle, but not one written by torch.save" + CONVERT;
        }
        return FailedDownload.describe(start).orElseGet(() -> ofText(text, size));
    }

    private static String ofText(String text, long size) {
        String plain = text.stripLeading();
        if (plain.contains("\"weight_map\"")) {
            return "is the index of weights in several safetensors files; put them into one";
        }
        if (plain.startsWith("{") || plain.startsWith("[")) {
            return "is a JSON text; expected PyTorch or safetensors weights";
        }
        boolean printable = text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t');
        return printable
                ? "is a text of " + size + " bytes; expected PyTorch (torch.save) or safetensors weights"
                : "is neither a PyTorch (torch.save) nor a safetensors file";
    }
}
