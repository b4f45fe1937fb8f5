package dev.goshawk.onnx;

/** Recurrent layers. */
final class SequenceCases extends CaseList {
    SequenceCases() {
    }
}
