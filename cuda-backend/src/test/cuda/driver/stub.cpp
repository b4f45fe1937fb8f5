// A libcuda.so.1 for tests: the driver calls that the backend makes, on host memory, with the kernels that ship run by the emulation
// (the library that GOSHAWK_EMULATED_KERNELS names). It checks what a driver would: handles, sizes, the order of calls.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default"))) int

namespace {

constexpr int INVALID_VALUE = 1;
constexpr int OUT_OF_MEMORY = 2;
constexpr int NOT_FOUND = 500;
constexpr size_t TOTAL = 64u << 20;

struct Function {
    std::string name;
    std::vector<size_t> parameters;
};

using Launch = int (*)(const char*, unsigned, unsigned, unsigned, unsigned, unsigned, int, void**);
using Module = std::map<std::string, Function>;
using Graph = std::vector<std::function<int()>>;

std::map<uintptr_t, size_t> allocations;
size_t used = 0;
int theContext, theStream;
Graph* capturing = nullptr;

Launch kernels() {
    static void* library = dlopen(getenv("GOSHAWK_EMULATED_KERNELS"), RTLD_NOW);
    return library == nullptr ? nullptr : reinterpret_cast<Launch>(dlsym(library, "gk_launch"));
}

bool holds(uintptr_t at, size_t bytes) {
    auto next = allocations.upper_bound(at);
    if (next == allocations.begin()) {
        return false;
    }
    --next;
    return at + bytes <= next->first + next->second;
}

/** Bytes of each parameter, from the text between the parentheses of an entry. */
std::vector<size_t> parameterSizes(const std::string& list) {
    std::vector<size_t> sizes;
    for (size_t at = list.find(".param"); at != std::string::npos; at = list.find(".param", at + 1)) {
        std::string one = list.substr(at, list.find(',', at) - at);
        size_t bracket = one.find('[');
        bool wide = one.find("64 ") != std::string::npos;
        sizes.push_back(bracket != std::string::npos ? strtoul(one.c_str() + bracket + 1, nullptr, 10) : wide ? 8 : 4);
    }
    return sizes;
}

int queue(const std::function<int()>& work) {
    if (capturing != nullptr) {
        capturing->push_back(work);
        return 0;
    }
    return work();
}

} // namespace

EXPORT cuInit(unsigned flags) {
    return flags == 0 ? 0 : INVALID_VALUE;
}
EXPORT cuDriverGetVersion(int* version) {
    *version = 12060;
    return 0;
}
EXPORT cuDeviceGetCount(int* count) {
    *count = 1;
    return 0;
}
EXPORT cuDeviceGet(int* device, int ordinal) {
    *device = 0;
    return ordinal == 0 ? 0 : INVALID_VALUE;
}
EXPORT cuDeviceGetAttribute(int* value, int attribute, int device) {
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : 132;
    return device;
}
EXPORT cuDeviceGetName(char* name, int length, int) {
    snprintf(name, length, "Stub GPU");
    return 0;
}
EXPORT cuDevicePrimaryCtxRetain(void** context, int) {
    *context = &theContext;
    return 0;
}
EXPORT cuCtxSetCurrent(void* context) {
    return context == &theContext ? 0 : INVALID_VALUE;
}
EXPORT cuStreamCreate(void** stream, unsigned) {
    *stream = &theStream;
    return 0;
}
EXPORT cuStreamSynchronize(void* stream) {
    return stream == &theStream && capturing == nullptr ? 0 : INVALID_VALUE;
}
EXPORT cuEventCreate(void** event, unsigned) {
    *event = malloc(1);
    return 0;
}
EXPORT cuEventRecord(void* event, void* stream) {
    return event != nullptr && stream == &theStream ? 0 : INVALID_VALUE;
}
EXPORT cuEventSynchronize(void* event) {
    return event != nullptr && capturing == nullptr ? 0 : INVALID_VALUE;
}
EXPORT cuMemAllocHost_v2(void** at, size_t bytes) {
    *at = malloc(bytes);
    return 0;
}
EXPORT cuMemGetInfo_v2(size_t* free, size_t* total) {
    *free = TOTAL - used;
    *total = TOTAL;
    return 0;
}
EXPORT cuMemAlloc_v2(uintptr_t* at, size_t bytes) {
    if (bytes == 0 || used + bytes > TOTAL || capturing != nullptr) {
        return OUT_OF_MEMORY;
    }
    size_t rounded = (bytes + 255) / 256 * 256;
    *at = reinterpret_cast<uintptr_t>(aligned_alloc(256, rounded));
    memset(reinterpret_cast<void*>(*at), 0xFF, rounded);
    allocations[*at] = bytes;
    used += bytes;
    return 0;
}
EXPORT cuMemFree_v2(uintptr_t at) {
    auto it = allocations.find(at);
    if (it == allocations.end()) {
        return INVALID_VALUE;
    }
    used -= it->second;
    allocations.erase(it);
    free(reinterpret_cast<void*>(at));
    return 0;
}
EXPORT cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t bytes, void* stream) {
    if (stream != &theStream || !holds(to, bytes) || capturing != nullptr) {
        return INVALID_VALUE;
    }
    memcpy(reinterpret_cast<void*>(to), from, bytes);
    return 0;
}
EXPORT cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t bytes, void* stream) {
    if (stream != &theStream || !holds(from, bytes) || capturing != nullptr) {
        return INVALID_VALUE;
    }
    memcpy(to, reinterpret_cast<const void*>(from), bytes);
    return 0;
}
EXPORT cuModuleLoadData(void** module, const void* image) {
    std::string text(static_cast<const char*>(image));
    Module* m = new Module();
    const std::string mark = ".visible .entry ";
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        size_t open = text.find('(', at);
        std::string name = text.substr(at + mark.size(), open - at - mark.size());
        (*m)[name] = {name, parameterSizes(text.substr(open, text.find(')', open) - open))};
    }
    *module = m;
    return m->empty() ? INVALID_VALUE : 0;
}
EXPORT cuModuleGetFunction(void** function, void* module, const char* name) {
    auto it = static_cast<Module*>(module)->find(name);
    if (it == static_cast<Module*>(module)->end()) {
        return NOT_FOUND;
    }
    *function = &it->second;
    return 0;
}
EXPORT cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                      unsigned shared, void* stream, void** parameters, void** extra) {
    if (stream != &theStream || shared != 0 || bz != 1 || extra != nullptr || kernels() == nullptr) {
        return INVALID_VALUE;
    }
    const Function* f = static_cast<Function*>(function);
    auto values = std::make_shared<std::vector<std::vector<char>>>();
    for (size_t i = 0; i < f->parameters.size(); i++) {
        const char* from = static_cast<const char*>(parameters[i]);
        values->emplace_back(from, from + f->parameters[i]);
    }
    return queue([=] {
        std::vector<void*> arguments;
        for (std::vector<char>& v : *values) {
            arguments.push_back(v.data());
        }
        return kernels()(f->name.c_str(), gx, gy, gz, bx, by, 0, arguments.data());
    });
}
EXPORT cuStreamBeginCapture_v2(void* stream, int) {
    if (stream != &theStream || capturing != nullptr) {
        return INVALID_VALUE;
    }
    capturing = new Graph();
    return 0;
}
EXPORT cuStreamEndCapture(void*, void** graph) {
    *graph = capturing;
    capturing = nullptr;
    return *graph == nullptr ? INVALID_VALUE : 0;
}
EXPORT cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) {
    *executable = new Graph(*static_cast<Graph*>(graph));
    return 0;
}
EXPORT cuGraphDestroy(void* graph) {
    delete static_cast<Graph*>(graph);
    return 0;
}
EXPORT cuGraphLaunch(void* executable, void* stream) {
    if (stream != &theStream) {
        return INVALID_VALUE;
    }
    for (const auto& work : *static_cast<Graph*>(executable)) {
        int code = work();
        if (code != 0) {
            return INVALID_VALUE;
        }
    }
    return 0;
}
EXPORT cuGraphExecDestroy(void* executable) {
    delete static_cast<Graph*>(executable);
    return 0;
}
EXPORT cuGetErrorString(int, const char** text) {
    *text = "an error of the stub driver";
    return 0;
}
