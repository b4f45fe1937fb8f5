package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ResizeFilter;
import dev.goshawk.data.image.ImageDecoder;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.files.RegularFile;
import dev.goshawk.fingerprint.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Photographs that stay in their files: each is decoded, resized and cut out when its pixels are asked for. */
final class ImageFiles implements ImageDataset {
    private final ImageListing listing;
    private final Preprocessing preprocessing;

    ImageFiles(ImageListing listing, Preprocessing preprocessing) {
        this.listing = listing;
        this.preprocessing = preprocessing;
    }

    @Override
    public int size() {
        return listing.names().size();
    }

    @Override
    public int height() {
        return preprocessing.crop();
    }

    @Override
    public int width() {
        return preprocessing.crop();
    }

    @Override
    public int resize() {
        return preprocessing.resize();
    }

    @Override
    public ResizeFilter filter() {
        return preprocessing.filter();
    }

    @Override
    public int label(int image) {
        return listing.labels()[image];
    }

    @Override
    public String name(int image) {
        return listing.names().get(image);
    }

    @Override
    public List<String> classes() {
        return listing.classes();
    }

    @Override
    public List<String> notes() {
        return listing.notes();
    }

    @Override
    public boolean decodesOnDemand() {
        return true;
    }

    @Override
    public void pixels(int image, byte[] rgb, int offset) {
        preprocessing.apply(ImageDecoder.decode(listing.root().resolve(name(image))), rgb, offset);
    }

    @Override
    public void addTo(Fingerprint fingerprint, int image) {
        Path file = listing.root().resolve(name(image));
        try {
            fingerprint.add(RegularFile.size(file));
        } catch (IOException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }
}
