package dev.goshawk.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** JPEG files of unusual kinds for tests. */
final class Jpegs {
    private Jpegs() {
    }

    /** A smooth picture whose luma is sampled {@code columns} x {@code rows} times as densely as its chroma. */
    static byte[] sampled(int width, int height, int columns, int rows) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (x * 255 / width) << 16 | (y * 255 / height) << 8 | (x + y) * 97 & 0xFF);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), how);
        IIOMetadataNode tree = (IIOMetadataNode) metadata.getAsTree("javax_imageio_jpeg_image_1.0");
        IIOMetadataNode luma = (IIOMetadataNode) tree.getElementsByTagName("componentSpec").item(0);
        luma.setAttribute("HsamplingFactor", String.valueOf(columns));
        luma.setAttribute("VsamplingFactor", String.valueOf(rows));
        metadata.setFromTree("javax_imageio_jpeg_image_1.0", tree);
        return write(writer, new IIOImage(image, null, metadata), how);
    }

    /** Four components, all pixels alike, without an Adobe segment. */
    static byte[] fourComponents(int side, int... samples) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(0, side, side, 4, null);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                raster.setPixel(x, y, samples);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        how.setCompressionQuality(1);
        return write(writer, new IIOImage(raster, null, null), how);
    }

    private static byte[] write(ImageWriter writer, IIOImage image, ImageWriteParam how) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, image, how);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** An Adobe segment that gives a color transform. */
    static byte[] adobe(int transform) {
        return new byte[] {(byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0,
                (byte) transform};
    }

    /** Other bytes put in at a position. */
    static byte[] insert(byte[] file, int at, byte... more) {
        byte[] out = Arrays.copyOf(file, file.length + more.length);
        System.arraycopy(more, 0, out, at, more.length);
        System.arraycopy(file, at, out, at + more.length, file.length - at);
        return out;
    }

    /** Where a marker first stands. */
    static int find(byte[] file, int marker) {
        for (int i = 2; i + 1 < file.length; i++) {
            if (file[i] == (byte) 0xFF && file[i + 1] == (byte) marker) {
                return i;
            }
        }
        throw new IllegalArgumentException("no marker " + Integer.toHexString(marker));
    }
}
