package dev.goshawk.hawq.run;

import dev.goshawk.hawq.run.RunFolderException.Problem;
import dev.goshawk.hawq.setting.Setting;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a folder to one process. The operating system holds the lock, so that it ends with the process however that ends; the file
 * stays, since one that is deleted could be locked by two.
 */
final class RunLock implements AutoCloseable {
    /** A second channel on the file, closed, would end the lock of the first. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private RunLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the lock of a folder that exists.
     *
     * @throws IOException in one line, if another run has it or there can be none
     */
    static RunLock take(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (!HELD.add(real)) {
            throw taken(folder);
        }
        RunLock lock = null;
        try {
            FileChannel channel = FileChannel.open(real.resolve(RunContents.LOCK), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            lock = new RunLock(real, channel);
            if (!lock.isTaken(folder)) {
                lock.close();
                throw taken(folder);
            }
            return lock;
        } finally {
            if (lock == null) {
                HELD.remove(real);
            }
        }
    }

    private boolean isTaken(Path shown) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (IOException e) {
            close();
            throw new RunFolderException(shown, Problem.NOT_WRITABLE, e,
                    shown + ": cannot be locked against a second run (" + e.getMessage() + "); choose another ",
                    Setting.RUN_FOLDER, ", on a file system that has locks");
        }
        return lock != null;
    }

    private static IOException taken(Path folder) {
        return new RunFolderException(folder, Problem.IN_USE,
                folder + ": another run is at work there; wait for its end, or choose another ", Setting.RUN_FOLDER);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(folder);
        }
    }
}
