module com.example.modular {
    requires dev.goshawk.hawq;
    requires dev.goshawk.models;
    requires dev.goshawk.tensor.core;
    requires jdk.incubator.vector;
    requires tools.jackson.databind;
}
