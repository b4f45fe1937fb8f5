package dev.goshawk.files;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The default file system with one operation that goes wrong, the n-th of its kind. As the JVM's own
 * ({@code -Djava.nio.file.spi.DefaultFileSystemProvider=dev.goshawk.files.FaultyFiles -Dfaulty=WRITE:3}) it disturbs a whole process.
 */
public final class FaultyFiles extends FileSystemProvider {
    /** What goes wrong. */
    public enum Fault {
        /** A file cannot be opened for writing. */
        OPEN,
        /** A write fails, half of it done. */
        WRITE,
        /** A write takes half of what it is given, and says so. */
        SHORT,
        /** The disk is full: a write fails, half of it done, and so do all later ones. */
        FULL,
        /** What was written cannot be forced to disk. */
        FORCE,
        /** The file system forces files alone, and says so of a folder. */
        FILES_ALONE,
        /** A file cannot be moved. */
        MOVE,
        /** A folder cannot be made. */
        FOLDER,
        /** A file or folder may not be written. */
        ACCESS,
        /** A file's permissions cannot be set. */
        PERMISSIONS,
        /** A file or folder cannot be deleted. */
        DELETE
    }

    private final FileSystemProvider real;
    private final FaultyFileSystem system;
    private volatile @Nullable Fault fault;
    private final AtomicInteger left = new AtomicInteger();
    private final PowerFailure power = new PowerFailure();
    private volatile boolean fired;

    /** Called by the JVM. */
    public FaultyFiles(FileSystemProvider real) {
        this.real = real;
        this.system = new FaultyFileSystem(this, real.getFileSystem(URI.create("file:///")));
        String asked = System.getProperty("faulty");
        if (asked != null) {
            arm(Fault.valueOf(asked.substring(0, asked.indexOf(':'))),
                    Integer.parseInt(asked.substring(asked.indexOf(':') + 1)));
        }
    }

    /** Beside the JVM's own. */
    public static FaultyFiles create() {
        return new FaultyFiles(FileSystems.getDefault().provider());
    }

    /** Lets the n-th operation from now go wrong. */
    public void arm(Fault what, int n) {
        power.forget();
        fired = false;
        left.set(n);
        fault = what;
    }

    /** Nothing goes wrong any more. */
    public void disarm() {
        fault = null;
    }

    /** Whether it went wrong since it was armed. */
    public boolean hasFired() {
        return fired;
    }

    /**
     * What a power failure could have lost since a fault was armed: one line for each file or folder that has not been forced to disk, or
     * was not when it had to be.
     */
    public List<String> risks() {
        return power.risks();
    }

    PowerFailure power() {
        return power;
    }

    /** The path in this file system. */
    public Path of(Path path) {
        // As the JVM's own, the real one makes paths of URIs that are of this file system already.
        return new FaultyPath(system, real(path));
    }

    boolean fails(Fault what) {
        if (what != fault || (what == Fault.FULL ? left.decrementAndGet() > 0 : left.decrementAndGet() != 0)) {
            return false;
        }
        fired = true;
        return true;
    }

    static Path real(Path path) {
        return path instanceof FaultyPath faulty ? faulty.real() : path;
    }

    private static FileSystemException failure(Path path, String reason) {
        return new FileSystemException(path.toString(), null, reason);
    }

    private void checkOpen(Path path, Set<? extends OpenOption> options) throws IOException {
        boolean written = options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
        if ((written || Files.isDirectory(real(path))) && fails(Fault.OPEN)) {
            throw failure(path, "Too many open files");
        }
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        checkOpen(path, options);
        return new FaultyChannel(this, real(path), real.newFileChannel(real(path), options, attributes));
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options,
            FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        if (fails(Fault.MOVE)) {
            throw failure(from, "Input/output error");
        }
        real.move(real(from), real(to), options);
        power.moved(real(from), real(to));
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        if (fails(Fault.FOLDER)) {
            throw failure(folder, "No space left on device");
        }
        real.createDirectory(real(folder), attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream<Path> entries = real.newDirectoryStream(real(folder), entry -> filter.accept(of(entry)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> all = entries.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return all.hasNext();
                    }

                    @Override
                    public Path next() {
                        return of(all.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                entries.close();
            }
        };
    }

    @Override
    public String getScheme() {
        return "file";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) throws IOException {
        return real.newFileSystem(uri, environment);
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return system;
    }

    @Override
    public Path getPath(URI uri) {
        return of(real.getPath(uri));
    }

    @Override
    public void delete(Path path) throws IOException {
        if (real.exists(real(path)) && fails(Fault.DELETE)) {
            throw failure(path, "Input/output error");
        }
        real.delete(real(path));
        power.deleted(real(path));
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) throws IOException {
        real.copy(real(from), real(to), options);
        power.written(real(to));
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) throws IOException {
        real.createSymbolicLink(real(link), real(target), attributes);
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        return of(real.readSymbolicLink(real(link)));
    }

    @Override
    public boolean isSameFile(Path a, Path b) throws IOException {
        return real.isSameFile(real(a), real(b));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        if (List.of(modes).contains(AccessMode.WRITE) && fails(Fault.ACCESS)) {
            throw new AccessDeniedException(path.toString());
        }
        real.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        V view = real.getFileAttributeView(real(path), type, options);
        return view instanceof PosixFileAttributeView posix && type.isAssignableFrom(FaultyAttributes.class)
                ? type.cast(new FaultyAttributes(this, posix))
                : view;
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return real.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return real.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        real.setAttribute(real(path), attribute, value, options);
    }
}
