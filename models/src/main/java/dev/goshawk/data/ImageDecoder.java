package dev.goshawk.data;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG and PNG files to bytes with the JDK's own readers, whatever others the class path brings: two decoders
 * rarely agree to the last bit, and a result should not depend on the class path.
 */
final class ImageDecoder {
    private static final String JDK_READERS = "com.sun.imageio.";
    private static final long MAX_FILE = 64L << 20;

    private ImageDecoder() {
    }

    /**
     * Decodes a file whose image must have the given size. Gray images are given three equal channels; transparency is
     * dropped.
     *
     * @throws DataException naming the file, if it is no such image
     */
    static void decode(Path file, int height, int width, byte[] rgb, int offset) {
        byte[] bytes = read(file);
        String format = format(file, bytes);
        ImageReader reader = reader(format);
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            // Messages of the native decoder: the ones about lost data matter, the others do not change a pixel.
            reader.addIIOReadWarningListener((_, warning) -> {
                String w = warning.toLowerCase(Locale.ROOT);
                if (w.contains("truncated") || w.contains("premature") || w.contains("corrupt")) {
                    throw new DataException(file + ": corrupt image (" + warning + ")");
                }
            });
            if (reader.getWidth(0) != width || reader.getHeight(0) != height) {
                throw new DataException(file + ": expected an image of " + width + "x" + height + " pixels, got "
                        + reader.getWidth(0) + "x" + reader.getHeight(0));
            }
            copy(file, reader.read(0), rgb, offset);
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DataException(file + ": corrupt image (" + e.getMessage() + ")", e);
        } finally {
            reader.dispose();
        }
    }

    private static byte[] read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_FILE) {
                throw new DataException(
                        file + ": is " + size + " bytes long, expected an image of at most " + MAX_FILE);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static String format(Path file, byte[] bytes) {
        if (bytes.length > 2 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xD8) {
            return "jpeg";
        }
        if (bytes.length > 8 && bytes[0] == (byte) 0x89 && bytes[1] == 'P' && bytes[2] == 'N' && bytes[3] == 'G') {
            return "png";
        }
        throw new DataException(file + ": corrupt image (neither JPEG nor PNG data, " + bytes.length + " bytes)");
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

    private static void copy(Path file, BufferedImage image, byte[] rgb, int offset) {
        int width = image.getWidth();
        if (image.getColorModel() instanceof ComponentColorModel) {
            // Samples as they are stored: getRGB would take gray through a colour space and change its values.
            Raster raster = image.getRaster();
            if (raster.getDataBuffer().getDataType() != DataBuffer.TYPE_BYTE) {
                throw new DataException(file + ": expected 8 bits a sample, got more");
            }
            int bands = raster.getNumBands();
            int[] row = new int[width * bands];
            int at = offset;
            for (int y = 0; y < image.getHeight(); y++) {
                raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
                for (int x = 0; x < width; x++) {
                    for (int c = 0; c < 3; c++) {
                        rgb[at++] = (byte) row[x * bands + (bands < 3 ? 0 : c)];
                    }
                }
            }
            return;
        }
        int at = offset;
        for (int argb : image.getRGB(0, 0, width, image.getHeight(), new int[width * image.getHeight()], 0, width)) {
            rgb[at++] = (byte) (argb >> 16);
            rgb[at++] = (byte) (argb >> 8);
            rgb[at++] = (byte) argb;
        }
    }
}
