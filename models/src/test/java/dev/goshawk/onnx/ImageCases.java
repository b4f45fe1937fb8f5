package dev.goshawk.onnx;

/** Resizing and sampling of images. */
final class ImageCases extends CaseList {
    ImageCases() {
    }
}
