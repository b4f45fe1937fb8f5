package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.report.JsonFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The finished rows of a table, a JSON list in a file. A row is written the moment it is finished, whole or not at all, so that a run
 * folder that is lost costs the row in progress only. Several processes may add rows to one ledger.
 */
public final class Ledger {
    private final Path file;

    private Ledger(Path file) {
        this.file = file;
    }

    /**
     * The ledger in a file, which need not exist yet.
     *
     * @throws IllegalArgumentException in one line, if the file holds something else
     */
    public static Ledger open(Path file) {
        Ledger ledger = new Ledger(file);
        ledger.rows();
        return ledger;
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** All rows, in the order in which they were finished. */
    public List<LedgerRow> rows() {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<@Nullable LedgerRow> rows = Arrays.asList(JsonFiles.read(file, LedgerRow[].class));
        if (rows.contains(null)) {
            throw new IllegalArgumentException("cannot read " + file + ": expected rows, got null");
        }
        return rows.stream().map(Objects::requireNonNull).toList();
    }

    /** The row that depends on the same. */
    public Optional<LedgerRow> find(String fingerprint) {
        return rows().stream().filter(r -> r.fingerprint().equals(fingerprint)).findFirst();
    }

    /**
     * Adds a row, unless one with its fingerprint is there already.
     *
     * @throws IOException if the file cannot be written
     */
    public void add(LedgerRow row) throws IOException {
        Path folder = Files.createDirectories(Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow());
        Path lockFile = folder.resolve("." + file.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && find(row.fingerprint()).isEmpty()) {
                List<LedgerRow> all = new ArrayList<>(rows());
                all.add(row);
                JsonFiles.write(file, all);
            }
        }
    }

    /** Where a row's network is kept beside the ledger. */
    public Path model(String row) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + "-" + row + ".safetensors");
    }
}
