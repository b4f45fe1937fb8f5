package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.files.Printable;
import dev.goshawk.files.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A text file of one entry a line, in UTF-8. Blank lines and lines starting with {@code #} are passed over; so are
 * white space and byte order marks at the ends of a line.
 */
final class TextLines {
    /** A list of all images of ImageNet is 60 MB long. */
    private static final long LONGEST = 256L << 20;
    private static final String CONVERT = ": save it as UTF-8, for instance with iconv -f UTF-16 -t UTF-8";

    private TextLines() {
    }

    /** An entry and where it stands. */
    record Line(Path file, int number, String text) {
        /** A line that cannot be used. */
        DataException refused(String problem) {
            return new DataException(file + " line " + number + ": '" + Printable.shown(text) + "' " + problem);
        }
    }

    /**
     * All entries, at least one.
     *
     * @param what the file is called in messages
     */
    static List<Line> read(Path file, String what) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String raw : (Iterable<String>) text(file, what).lines()::iterator) {
            number++;
            String text = strip(raw);
            if (!text.isEmpty() && !text.startsWith("#")) {
                lines.add(new Line(file, number, text));
            }
        }
        if (lines.isEmpty()) {
            throw new DataException(file + ": the " + what + " is empty");
        }
        return lines;
    }

    private static String text(Path file, String what) {
        byte[] bytes;
        try {
            bytes = RegularFile.read(file, LONGEST);
        } catch (IOException e) {
            throw new DataException(file + ": the " + what + " cannot be read (" + e.getMessage() + ")", e);
        }
        if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            throw new DataException(file + ": the " + what + " is UTF-16 text, expected UTF-8" + CONVERT);
        }
        CharBuffer text = CharBuffer.allocate(bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, text, true);
        int line = 1;
        for (int i = 0; i < in.position(); i++) {
            if (bytes[i] == 0) {
                throw new DataException(file + ": the " + what + " is no UTF-8 text, its line " + line
                        + " holds a zero byte" + CONVERT);
            }
            line += bytes[i] == '\n' ? 1 : 0;
        }
        if (result.isError()) {
            throw new DataException(file + ": the " + what + " is no UTF-8 text, byte " + (in.position() + 1)
                    + " in line " + line + " belongs to no character: save it as UTF-8");
        }
        return text.flip().toString();
    }

    private static boolean startsWith(byte[] bytes, int first, int second) {
        return bytes.length >= 2 && bytes[0] == (byte) first && bytes[1] == (byte) second;
    }

    /** Without spaces of any kind at its ends, and without characters that are not seen. */
    private static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.getType(c) == Character.FORMAT;
    }
}
