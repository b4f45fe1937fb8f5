package dev.goshawk.hawq.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Standard output and error that remember whether they could be written: {@link PrintStream} itself swallows a full disk,
 * after which a command would end as if all was well.
 */
final class StandardStreams {
    static final int EXIT_LOST = 1;
    private static final int FILE_TYPE = 0170000;
    private static final int PIPE = 0010000;
    private static final int SOCKET = 0140000;

    private final Remembering out;
    private final Remembering err;

    private StandardStreams(Remembering out, Remembering err) {
        this.out = out;
        this.err = err;
    }

    /** Takes the place of {@code System.out} and {@code System.err}. */
    static StandardStreams install() {
        StandardStreams streams = new StandardStreams(new Remembering(FileDescriptor.out, 1),
                new Remembering(FileDescriptor.err, 2));
        System.setOut(new PrintStream(new BufferedOutputStream(streams.out), false, System.out.charset()));
        System.setErr(new PrintStream(streams.err, true, System.err.charset()));
        return streams;
    }

    /**
     * Writes what is still held back. A reader that has gone away (a pipe into {@code head}) has had what it wanted; any
     * other failure is told.
     *
     * @param exitCode of the command
     * @return the process's exit code, which is not 0 where output was lost
     */
    int finish(int exitCode) {
        System.out.flush();
        IOException lost = out.lost();
        if (lost != null) {
            System.err.println("goshawk: standard output: cannot be written (" + ErrorLines.oneLine(lost) + ")");
        }
        System.err.flush();
        return exitCode == 0 && (lost != null || err.lost() != null) ? EXIT_LOST : exitCode;
    }

    private static final class Remembering extends OutputStream {
        private final FileOutputStream stream;
        private final int number;
        private @Nullable IOException failure;

        Remembering(FileDescriptor descriptor, int number) {
            this.stream = new FileOutputStream(descriptor);
            this.number = number;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) throws IOException {
            try {
                stream.write(bytes, from, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }

        /** Why something could not be written, or null if all was or the reader has gone away. */
        synchronized @Nullable IOException lost() {
            return failure == null || isPipe() ? null : failure;
        }

        private boolean isPipe() {
            try {
                int type = (int) Files.getAttribute(Path.of("/dev/fd/" + number), "unix:mode") & FILE_TYPE;
                return type == PIPE || type == SOCKET;
            } catch (IOException | UnsupportedOperationException e) {
                String message = failure == null ? null : failure.getMessage();
                return message != null && message.contains("Broken pipe");
            }
        }
    }
}
