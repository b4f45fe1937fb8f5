package dev.goshawk.data.image;

import dev.goshawk.files.FailedDownload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What is given in place of a JPEG or PNG, told by its first bytes, and the remedy. */
final class ForeignImage {
    private static final int PROBE = 1024;

    /** @param start the first bytes, as hexadecimal digits */
    private record Kind(String start, String what) {
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("474946383761", "a GIF image"), new Kind("474946383961", "a GIF image"),
            new Kind("424d", "a BMP image"),
            new Kind("49492a00", "a TIFF image"), new Kind("4d4d002a", "a TIFF image"),
            new Kind("0000000c6a502020", "a JPEG 2000 image"), new Kind("ff4fff51", "a JPEG 2000 image"),
            new Kind("0000000c4a584c20", "a JPEG XL image"), new Kind("ff0a", "a JPEG XL image"),
            new Kind("50360a", "a PPM image"), new Kind("50350a", "a PGM image"),
            new Kind("38425053", "a Photoshop image"), new Kind("00000100", "an icon"),
            new Kind("934e554d5059", "a NumPy array"), new Kind("25504446", "a PDF document"));

    private ForeignImage() {
    }

    /** A line without the file's name. */
    static String describe(byte[] bytes) {
        if (bytes.length == 0) {
            return "corrupt image (the file is empty)";
        }
        byte[] start = Arrays.copyOf(bytes, Math.min(bytes.length, PROBE));
        String hex = HexFormat.of().formatHex(start);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String kind = KINDS.stream().filter(k -> hex.startsWith(k.start)).findFirst().map(Kind::what)
                .orElse(text.startsWith("RIFF") && text.startsWith("WEBP", 8)
                        ? "a WebP image"
                        : text.startsWith("ftypavi", 4)
                                ? "an AVIF image"
                                : text.startsWith("ftyphei", 4) || text.startsWith("ftypmif", 4)
                                        ? "an HEIF image"
                                        : "");
        if (!kind.isEmpty()) {
            return "is " + kind + ", expected JPEG or PNG: convert it";
        }
        return FailedDownload.describe(start)
                .orElse("corrupt image (neither JPEG nor PNG data, " + bytes.length + " bytes)");
    }
}
