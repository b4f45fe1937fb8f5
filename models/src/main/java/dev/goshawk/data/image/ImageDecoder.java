package dev.goshawk.data.image;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageSizeException;
import dev.goshawk.files.RegularFile;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes JPEG and PNG files to bytes with the JDK's own readers, whatever others the class path brings: two decoders
 * rarely agree to the last bit, and a result should not depend on the class path. Samples are taken as they are stored,
 * before any color management, and turned to red, green and blue by {@link JpegColor}.
 */
public final class ImageDecoder {
    private static final String JDK_READERS = "com.sun.imageio.";
    private static final long MAX_FILE = 64L << 20;
    /** What one image may take in memory is bounded, whatever its header claims: up to 11 bytes a pixel. */
    private static final long MAX_PIXELS = 1L << 26;
    private static final int PNG_WIDTH = 16;
    private static final int PNG_DEPTH = 24;

    /** Warnings of the decoder that tell of lost data; the others do not change a pixel. */
    private static final Pattern DAMAGE = Pattern.compile("truncated|premature|corrupt|inconsistent progression");
    /**
     * Bytes left over before a marker are padding, which some cameras write, unless the marker is one that restarts the
     * decoder (RST0 to RST7, 0xD0 to 0xD7): then the rows before it went wrong.
     */
    private static final Pattern PADDING = Pattern.compile("\\d+ extraneous bytes before marker 0x(?!d[0-7])");

    private ImageDecoder() {
    }

    /** What is known before the pixels are decoded. */
    private record Header(int width, int height, @Nullable JpegHeader jpeg) {
    }

    /**
     * Decodes a file of any size. Gray images are given three equal channels; transparency is dropped.
     *
     * @throws DataException naming the file, if it is no image that can be read
     */
    public static RgbImage decode(Path file) {
        byte[] bytes = read(file);
        return decode(file, bytes, header(file, bytes));
    }

    /**
     * Decodes a file whose image must have the given size to {@code rgb[offset ..]}.
     *
     * @throws DataException naming the file, if it is no such image
     */
    public static void decode(Path file, int height, int width, byte[] rgb, int offset) {
        byte[] bytes = read(file);
        Header header = header(file, bytes);
        if (header.width() != width || header.height() != height) {
            throw new ImageSizeException(file, height, width, header.width() + "x" + header.height());
        }
        byte[] decoded = decode(file, bytes, header).rgb();
        System.arraycopy(decoded, 0, rgb, offset, decoded.length);
    }

    private static byte[] read(Path file) {
        try {
            return RegularFile.read(file, MAX_FILE);
        } catch (IOException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }

    private static Header header(Path file, byte[] bytes) {
        Header header;
        if (bytes.length > 2 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xD8) {
            try {
                JpegHeader jpeg = JpegHeader.parse(bytes);
                header = new Header(jpeg.width(), jpeg.height(), jpeg);
            } catch (UnsupportedOperationException e) {
                throw new DataException(file + ": " + e.getMessage(), e);
            } catch (IllegalArgumentException e) {
                throw new DataException(file + ": corrupt image (" + e.getMessage() + ")", e);
            }
        } else if (bytes.length > PNG_DEPTH && bytes[0] == (byte) 0x89 && bytes[1] == 'P' && bytes[2] == 'N'
                && bytes[3] == 'G') {
            if (bytes[PNG_DEPTH] > 8) {
                throw new DataException(file + ": expected 8 bits a sample, got " + bytes[PNG_DEPTH]
                        + "; save the image with 8");
            }
            ByteBuffer numbers = ByteBuffer.wrap(bytes);
            header = new Header(numbers.getInt(PNG_WIDTH), numbers.getInt(PNG_WIDTH + Integer.BYTES), null);
        } else {
            throw new DataException(file + ": " + ForeignImage.describe(bytes));
        }
        if (header.width() < 1 || header.height() < 1 || (long) header.width() * header.height() > MAX_PIXELS) {
            throw new DataException(file + ": expected an image of at most " + MAX_PIXELS + " pixels, got "
                    + Integer.toUnsignedString(header.width()) + "x" + Integer.toUnsignedString(header.height()));
        }
        return header;
    }

    private static RgbImage decode(Path file, byte[] bytes, Header header) {
        JpegHeader jpeg = header.jpeg();
        ImageReader reader = reader(jpeg == null ? "png" : "jpeg");
        try (ImageInputStream in = new MemoryCacheImageInputStream(
                jpeg == null ? PngChunks.samplesAlone(bytes) : JpegSegments.samplesAlone(bytes))) {
            reader.setInput(in, true, true);
            reader.addIIOReadWarningListener((_, warning) -> {
                String text = warning.toLowerCase(Locale.ROOT);
                if (DAMAGE.matcher(text).find() && !PADDING.matcher(text).find()) {
                    throw new DataException(file + ": corrupt image (" + warning + ")");
                }
            });
            byte[] rgb = new byte[header.width() * header.height() * 3];
            if (jpeg != null) {
                copy(reader.readRaster(0, null), jpeg, header, rgb);
            } else {
                copy(reader.read(0), header, rgb);
            }
            return new RgbImage(header.width(), header.height(), rgb);
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw failure(file, e);
        } finally {
            reader.dispose();
        }
    }

    /** The innermost message says most. A want of memory, which a reader may wrap, is no fault of the image. */
    private static DataException failure(Path file, Exception e) {
        String message = e.getMessage();
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError memory) {
                throw memory;
            }
            message = cause.getMessage() == null ? message : cause.getMessage();
        }
        return new DataException(file + ": corrupt image (" + (message == null ? "its data cannot be decoded" : message)
                + ")", e);
    }

    private static ImageReader reader(String format) {
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext();) {
            ImageReader reader = readers.next();
            if (reader.getClass().getName().startsWith(JDK_READERS)) {
                return reader;
            }
            reader.dispose();
        }
        throw new IllegalStateException(
                "the JDK has no " + format + " reader; install one with the module java.desktop");
    }

    private static void copy(Raster raster, JpegHeader jpeg, Header header, byte[] rgb) {
        int width = header.width();
        int height = header.height();
        int components = jpeg.color().components();
        check(raster, header);
        if (raster.getNumBands() != components) {
            throw new IllegalArgumentException("expected " + components + " samples a pixel, got "
                    + raster.getNumBands());
        }
        byte[] samples = new byte[width * height * components];
        raster.getDataElements(raster.getMinX(), raster.getMinY(), width, height, samples);
        for (int c = 0; c < components; c++) {
            if ((jpeg.tall() >> c & 1) != 0) {
                JpegUpsampling.smoothRows(samples, width, height, components, c);
            }
        }
        jpeg.color().toRgb(samples, width * height, rgb, 0);
    }

    /** The bytes of an image in memory: its samples where these are bytes, else what they are in sRGB. Transparency is dropped. */
    public static RgbImage of(BufferedImage image) {
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(image.getWidth(), image.getHeight()), 3)];
        copy(image, new Header(image.getWidth(), image.getHeight(), null), rgb);
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }

    private static void copy(BufferedImage image, Header header, byte[] rgb) {
        int width = header.width();
        check(image.getRaster(), header);
        int at = 0;
        if (image.getColorModel() instanceof ComponentColorModel model
                && model.getTransferType() == DataBuffer.TYPE_BYTE && !model.isAlphaPremultiplied()) {
            // Samples as they are stored: getRGB would take gray through a color space and change its values.
            Raster raster = image.getRaster();
            int bands = raster.getNumBands();
            int[] row = new int[width * bands];
            for (int y = 0; y < header.height(); y++) {
                raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
                for (int x = 0; x < width; x++) {
                    for (int c = 0; c < 3; c++) {
                        rgb[at++] = (byte) row[x * bands + (bands < 3 ? 0 : c)];
                    }
                }
            }
            return;
        }
        int[] row = new int[width];
        for (int y = 0; y < header.height(); y++) {
            for (int argb : image.getRGB(0, y, width, 1, row, 0, width)) {
                rgb[at++] = (byte) (argb >> 16);
                rgb[at++] = (byte) (argb >> 8);
                rgb[at++] = (byte) argb;
            }
        }
    }

    private static void check(Raster raster, Header header) {
        if (raster.getWidth() != header.width() || raster.getHeight() != header.height()) {
            throw new IllegalArgumentException("the header says " + header.width() + "x" + header.height()
                    + " pixels, the data " + raster.getWidth() + "x" + raster.getHeight());
        }
    }
}
