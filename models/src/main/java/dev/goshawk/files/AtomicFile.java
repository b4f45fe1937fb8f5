package dev.goshawk.files;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file as a whole or not at all: to a temporary file in the same folder, forced to disk, then moved into place, and
 * the folder forced to disk. A reader sees the old file or the new one, and a full disk or a killed process leaves the old one as it was.
 *
 * <p>
 * A symbolic link is followed and stays. A replaced file keeps its permissions and, where the process may set them, its
 * owner and group; a new one gets what the umask leaves. What is no regular file (a device, a named pipe, an open file
 * under {@code /dev/fd}) is written through.
 */
public final class AtomicFile {
    private static final AtomicLong COUNT = new AtomicLong();
    private static final Pattern TEMPORARY = Pattern.compile("\\.goshawk-\\d+-[0-9a-f]+-\\d+\\.tmp");
    /** What file systems say that force files alone. */
    private static final Pattern CANNOT_FORCE_FOLDERS = Pattern.compile("Invalid argument|not (supported|implemented)");

    /** Writes the content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private AtomicFile() {
    }

    /**
     * Finds out now whether a file can be written later; leaves no trace.
     *
     * @throws IOException if it cannot; the message starts with the file's name and is one line
     */
    public static void check(Path file) throws IOException {
        try {
            OutputTarget target = OutputTarget.of(file);
            if (target.kind() == OutputTarget.Kind.FILE) {
                requireWritable(target.path());
                Files.delete(createBeside(target.path(), null));
            } else if (!Files.isWritable(target.path())) {
                throw new IOException("permission denied");
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /**
     * Replaces a file.
     *
     * @throws IOException if it cannot be written; the message starts with the file's name and is one line, and the
     *             temporary file is gone
     */
    public static void write(Path file, Content content) throws IOException {
        try {
            OutputTarget target = OutputTarget.of(file);
            switch (target.kind()) {
                case FILE -> replace(target.path(), content);
                case SPECIAL -> through(target.path(), content, StandardOpenOption.WRITE);
                case DESCRIPTOR -> {
                    switch (target.descriptor()) {
                        // Opened anew, a redirected stream would be written from its beginning, over what was printed.
                        case 1 -> through(System.out, content);
                        case 2 -> through(System.err, content);
                        default -> through(target.path(), content, StandardOpenOption.APPEND);
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw failure(file, e.getCause() == null ? new IOException(e) : e.getCause());
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** As {@link #write(Path, Content)}. */
    public static void write(Path file, byte[] content) throws IOException {
        write(file, out -> {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        });
    }

    /** As {@link #write(Path, byte[])}; the file's folder is made where it is missing. */
    public static void writeMakingFolder(Path file, byte[] content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        try {
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
        } catch (FileAlreadyExistsException e) {
            throw failure(file, new IOException(e.getFile() + " is not a folder", e));
        } catch (IOException e) {
            throw failure(file, e);
        }
        write(file, content);
    }

    /** Whether a file has the name of one that is being written, or that a process left which was killed while it wrote. */
    public static boolean isTemporary(Path file) {
        return TEMPORARY.matcher(String.valueOf(file.getFileName())).matches();
    }

    /**
     * Whether two paths lead to one file: by other spellings, symbolic or hard links, also where the file is yet to be
     * written.
     */
    public static boolean isSame(Path a, Path b) {
        try {
            return Files.exists(a) && Files.exists(b)
                    ? Files.isSameFile(a, b)
                    : OutputTarget.of(a).equals(OutputTarget.of(b));
        } catch (IOException e) {
            // What leads nowhere is no file, and its own check says so.
            return false;
        }
    }

    /** Whether a file is a plain one, or none yet, and replaced when it is written; a device, a pipe or an open stream is written through. */
    public static boolean isReplaced(Path file) {
        try {
            return OutputTarget.of(file).kind() == OutputTarget.Kind.FILE;
        } catch (IOException e) {
            // What leads nowhere cannot be written, and its own check says so.
            return true;
        }
    }

    private static IOException failure(Path file, IOException e) {
        String reason = Printable.shown(OutputTarget.reason(e).strip());
        return new IOException(Printable.name(file) + ": cannot be written (" + reason + ")",
                e);
    }

    private static void requireWritable(Path target) throws IOException {
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new IOException("it is write-protected");
        }
    }

    private static void through(Path target, Content content, StandardOpenOption how) throws IOException {
        try (FileChannel out = FileChannel.open(target, how)) {
            content.writeTo(out);
        }
    }

    private static void through(PrintStream stream, Content content) throws IOException {
        content.writeTo(Channels.newChannel(stream));
        // Whether all of it went out is for the stream's owner to check, as for everything else that is printed.
        stream.flush();
    }

    private static void replace(Path target, Content content) throws IOException {
        requireWritable(target);
        PosixFileAttributes old = Files.exists(target) ? attributes(target) : null;
        Path temporary = createBeside(target, old);
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                content.writeTo(out);
                out.force(true);
            }
            move(temporary, target);
            forceFolder(target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The attributes that a replaced file hands on; null where the file system has none. */
    private static @Nullable PosixFileAttributes attributes(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view == null ? null : view.readAttributes();
    }

    /** An empty file in the target's folder, never wider open than the file that it is to replace. */
    private static Path createBeside(Path target, @Nullable PosixFileAttributes old) throws IOException {
        // Not Files.createTempFile: that one hides the file from other users, and the move would keep it so. The name is
        // short, so that it fits wherever the target's own does.
        Path temporary = target.resolveSibling(".goshawk-" + ProcessHandle.current().pid() + "-"
                + Long.toHexString(System.nanoTime()) + "-" + COUNT.incrementAndGet() + ".tmp");
        FileAttribute<?>[] attributes = old == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(old.permissions())};
        FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)
                .close();
        if (old != null) {
            try {
                keep(temporary, old);
            } catch (IOException e) {
                Files.deleteIfExists(temporary);
                throw e;
            }
        }
        return temporary;
    }

    private static void keep(Path temporary, PosixFileAttributes old) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        try {
            if (!now.group().equals(old.group())) {
                view.setGroup(old.group());
            }
            if (!now.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
        } catch (IOException e) {
            // Only a privileged process gives files away; whoever may write the folder owns what it writes.
            System.getLogger(AtomicFile.class.getName()).log(System.Logger.Level.DEBUG, "owner of " + temporary, e);
        }
        view.setPermissions(old.permissions());
    }

    /** Until then a power failure could undo the move. */
    private static void forceFolder(Path target) throws IOException {
        FileChannel folder;
        try {
            folder = FileChannel.open(Objects.requireNonNull(target.getParent()), StandardOpenOption.READ);
        } catch (AccessDeniedException e) {
            // Windows opens no folder, and a folder that may only be written cannot be opened elsewhere.
            System.getLogger(AtomicFile.class.getName()).log(System.Logger.Level.DEBUG, "folder of " + target, e);
            return;
        } catch (IOException e) {
            throw notForced(e);
        }
        try (folder) {
            folder.force(true);
        } catch (IOException e) {
            if (!CANNOT_FORCE_FOLDERS.matcher(String.valueOf(e.getMessage())).find()) {
                throw notForced(e);
            }
        }
    }

    private static IOException notForced(IOException e) {
        return new IOException("it is written, but its folder cannot be forced to disk: " + OutputTarget.reason(e), e);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
