package dev.goshawk.files;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Texts that often lie where a binary file should be, and the remedy. */
public final class FailedDownload {
    private FailedDownload() {
    }

    /** What a file is that begins so, as a line without its name, if it is one of these. */
    public static Optional<String> describe(byte[] start) {
        String plain = new String(start, StandardCharsets.ISO_8859_1).replaceFirst("^\u00ef\u00bb\u00bf", "")
                .stripLeading();
        String lower = plain.toLowerCase(Locale.ROOT);
        if (plain.startsWith("version https://git-lfs")) {
            return Optional.of("is a Git LFS pointer, not the file it stands for; fetch that with git lfs pull");
        }
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html") || lower.startsWith("<head")) {
            return Optional.of("is a web page (HTML), as a failed download leaves; download the file itself");
        }
        if (lower.startsWith("<?xml") || lower.startsWith("<error")) {
            return Optional.of("is an XML text, as a failed download leaves; download the file itself");
        }
        return Optional.empty();
    }
}
