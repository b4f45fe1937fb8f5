package dev.goshawk.cuda.ptx;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/** A kernel's name and its text without a header. Kernels of one name have one text. */
public record PtxText(String name, String text) {
    private static final int DIGEST_CHARACTERS = 16;

    /** A module of kernels, ready for the driver. */
    public static String module(Collection<PtxText> kernels) {
        StringBuilder sb = new StringBuilder();
        kernels.forEach(kernel -> sb.append(kernel.text()));
        return PtxKernel.HEADER + TrigonometryPtx.table(sb.toString()) + sb;
    }

    static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
