#include "fei.hpp"
#include "moods.hpp"
#include <algorithm>
#include <memory>

namespace {

const HRESULT outOfRange = (HRESULT)0x8004FFFD;

/// A camera of the instrument; what is set on it stays.
struct Device {
  std::wstring name;
  long width, height;
  bool counts, retractable, advanced;
  double shortest, longest;
  std::vector<long> binnings;
  bool inserted = false;
  long binning = 1, area = 0, correction = 1;
  double exposure = 1;
  bool counting = false;
};

std::vector<std::shared_ptr<Device>> &devices() {
  static std::vector<std::shared_ptr<Device>> all = {
      std::make_shared<Device>(Device{L"BM-Falcon", 64, 64, true, true, true, 0.02, 30, {1, 2, 4}}),
      std::make_shared<Device>(Device{L"BM-Ceta", 64, 64, false, false, true, 0.001, 30, {1, 2, 4}}),
      std::make_shared<Device>(Device{L"BM-Eagle", 64, 32, false, false, false, 0, 0, {1, 2, 4}}),
  };
  return all;
}

/// The detectors of a scan that are selected in the panel for STEM; what is set for one is set for all of them.
std::vector<std::shared_ptr<Device>> &scanDetectors() {
  static std::vector<std::shared_ptr<Device>> all = {
      std::make_shared<Device>(Device{L"HAADF", 64, 64, false, false, false, 0, 0, {1, 2, 4}}),
      std::make_shared<Device>(Device{L"BF", 64, 64, false, false, false, 0, 0, {1, 2, 4}}),
  };
  return all;
}

std::shared_ptr<Device> named(const std::wstring &name) {
  for (auto &each : scanDetectors())
    if (each->name == name) return each;
  for (auto &each : devices())
    if (each->name == name) return each;
  throw Failure{E_INVALIDARG, L"no such camera"};
}

/// An image whose counts tell where on the chip each pixel lies, from the top left: 10 * column + 100 * row of its middle.
class Image : public Object {
 public:
  explicit Image(const std::shared_ptr<Device> &device) : Object(L"AcqImage"), device_(*device) {
    long part = 1 << device_.area, left = (device_.width - device_.width / part) / 2, top = (device_.height - device_.height / part) / 2;
    long width = device_.width / part / device_.binning, height = device_.height / part / device_.binning;
    double middle = (device_.binning - 1) / 2.0;
    property(L"Name", [this](const Given &) { return Answer(device_.name); });
    property(L"Width", [width](const Given &) { return Answer(width); });
    property(L"Height", [height](const Given &) { return Answer(height); });
    property(L"AsSafeArray", [=](const Given &) {
      // Columns are the first index.
      SAFEARRAYBOUND bounds[2] = {{(ULONG)width, 0}, {(ULONG)height, 0}};
      SAFEARRAY *array = SafeArrayCreate(VT_I4, 2, bounds);
      LONG *pixels;
      SafeArrayAccessData(array, (void **)&pixels);
      for (long row = 0; row < height; row++)
        for (long column = 0; column < width; column++) *pixels++ = (LONG)(10 * (left + column * device_.binning + middle) + 100 * (top + row * device_.binning + middle)) + (device_.counting ? 10000 : 0) + (device_.correction == 0 ? 20000 : 0);
      SafeArrayUnaccessData(array);
      return Answer(array, VT_I4);
    });
  }

 private:
  Device device_;
};

IDispatch *expose(const std::shared_ptr<Device> &device) {
  if (device->retractable && !device->inserted) throw Failure{E_FAIL, L"the camera is not inserted"};
  note(L"expose " + device->name + L" " + std::to_wstring(device->binning) + L" " + std::to_wstring(device->area) + L" " + std::to_wstring(device->exposure));
  Sleep((DWORD)std::min(50.0, 1000 * device->exposure));
  return new Image(device);
}

void checkBinning(const Device &device, long binning) {
  if (std::find(device.binnings.begin(), device.binnings.end(), binning) == device.binnings.end()) throw Failure{outOfRange, L"no such binning"};
}

/// Holds numbers by their names.
class Numbers : public Object {
 public:
  Numbers(const std::wstring &title, std::map<std::wstring, double> values) : Object(title) {
    for (const auto &each : values) {
      double value = each.second;
      property(each.first, [value](const Given &) { return Answer(value); });
    }
  }
};

class Binning : public Object {
 public:
  explicit Binning(long by) : Object(L"Binning"), by_(by) {
    property(L"Width", [by](const Given &) { return Answer(by); });
    property(L"Height", [by](const Given &) { return Answer(by); });
  }
  long by_;
};

class Capabilities : public Object {
 public:
  explicit Capabilities(const std::shared_ptr<Device> &device) : Object(L"Capabilities") {
    property(L"SupportedBinnings", [device](const Given &) {
      std::vector<std::function<Answer()>> all;
      for (long by : device->binnings) all.push_back([by] { return Answer((IDispatch *)new Binning(by)); });
      return Answer((IDispatch *)new Collection(L"SupportedBinnings", all));
    });
    property(L"ExposureTimeRange", [device](const Given &) { return Answer((IDispatch *)new Numbers(L"TimeRange", {{L"Begin", device->shortest}, {L"End", device->longest}})); });
    property(L"SupportsElectronCounting", [device](const Given &) { return Answer(device->counts); });
    property(L"SupportsDoseFractions", [device](const Given &) { return Answer(device->counts); });
    property(L"SupportsDriftCorrection", [](const Given &) { return Answer(false); });
  }
};

class Settings : public Object {
 public:
  explicit Settings(const std::shared_ptr<Device> &device) : Object(L"CameraSettings") {
    property(L"Capabilities", [device](const Given &) { return Answer((IDispatch *)new Capabilities(device)); });
    property(
        L"Binning", [device](const Given &) { return Answer((IDispatch *)new Binning(device->binning)); },
        [device](const Given &given) {
          auto *binning = static_cast<Binning *>(given.object(0));
          checkBinning(*device, binning->by_);
          device->binning = binning->by_;
          // The exposure is adjusted to the binning.
          device->exposure = 0.5;
        });
    property(
        L"ReadoutArea", [device](const Given &) { return Answer(device->area); }, [device](const Given &given) { device->area = given.whole(0); });
    property(
        L"ExposureTime", [device](const Given &) { return Answer(device->exposure); },
        [device](const Given &given) {
          double wanted = given.number(0);
          if (wanted < device->shortest || wanted > device->longest) throw Failure{outOfRange, L"no such exposure"};
          device->exposure = wanted;
        });
    property(
        L"ElectronCounting", [device](const Given &) { return Answer(device->counting); },
        [device](const Given &given) {
          if (given.flag(0) && !device->counts) throw Failure{E_NOTIMPL, L""};
          device->counting = given.flag(0);
        });
  }
};

class AdvancedCamera : public Object {
 public:
  explicit AdvancedCamera(const std::shared_ptr<Device> &device) : Object(L"AdvancedCamera"), device_(device) {
    property(L"Name", [this](const Given &) { return Answer(device_->name); });
    property(L"Width", [this](const Given &) { return Answer(device_->width); });
    property(L"Height", [this](const Given &) { return Answer(device_->height); });
    property(L"IsInserted", [this](const Given &) { return Answer(!device_->retractable || device_->inserted); });
    methodWithoutAnswer(L"Insert", [this](const Given &) { device_->inserted = true; });
    methodWithoutAnswer(L"Retract", [this](const Given &) { device_->inserted = false; });
  }
  std::shared_ptr<Device> device_;
};

class SingleAcquisition : public Object {
 public:
  SingleAcquisition() : Object(L"CameraSingleAcquisition") {
    property(L"SupportedCameras", [](const Given &) {
      std::vector<std::function<Answer()>> all;
      for (auto &device : devices())
        if (device->advanced) all.push_back([device] { return Answer((IDispatch *)new AdvancedCamera(device)); });
      return Answer((IDispatch *)new Collection(L"SupportedCameras", all));
    });
    property(
        L"Camera", [this](const Given &) { return Answer((IDispatch *)new AdvancedCamera(chosen())); },
        [this](const Given &given) { device_ = static_cast<AdvancedCamera *>(given.object(0))->device_; });
    property(L"CameraSettings", [this](const Given &) { return Answer((IDispatch *)new Settings(chosen())); });
    method(L"Acquire", [this](const Given &) { return Answer(expose(chosen())); });
    methodWithoutAnswer(L"Wait", [](const Given &) {});
    property(L"IsActive", [](const Given &) { return Answer(false); });
  }

 private:
  std::shared_ptr<Device> chosen() {
    if (!device_) throw Failure{E_FAIL, L"no camera is chosen"};
    return device_;
  }
  std::shared_ptr<Device> device_;
};

class Acquisitions : public Object {
 public:
  Acquisitions() : Object(L"Acquisitions") {
    property(L"CameraSingleAcquisition", [](const Given &) { return Answer((IDispatch *)new SingleAcquisition()); });
  }
};

class AdvancedInstrument : public Object {
 public:
  AdvancedInstrument() : Object(L"AdvancedInstrument") {
    before = followMood;
    property(L"Acquisitions", [](const Given &) { return Answer((IDispatch *)new Acquisitions()); });
  }
};

class CameraInfo : public Object {
 public:
  explicit CameraInfo(const std::shared_ptr<Device> &device) : Object(L"Info") {
    property(L"Name", [device](const Given &) { return Answer(device->name); });
    property(L"Width", [device](const Given &) { return Answer(device->width); });
    property(L"Height", [device](const Given &) { return Answer(device->height); });
  }
};

class Parameters : public Object {
 public:
  explicit Parameters(const std::shared_ptr<Device> &device) : Object(L"AcqParams") {
    property(
        L"ImageSize", [device](const Given &) { return Answer(device->area); }, [device](const Given &given) { device->area = given.whole(0); });
    property(
        L"Binning", [device](const Given &) { return Answer(device->binning); },
        [device](const Given &given) {
          checkBinning(*device, given.whole(0));
          device->binning = given.whole(0);
          device->exposure = 0.5;
        });
    property(
        L"ExposureTime", [device](const Given &) { return Answer(device->exposure); }, [device](const Given &given) { device->exposure = given.number(0); });
    property(
        L"ImageCorrection", [device](const Given &) { return Answer(device->correction); }, [device](const Given &given) { device->correction = given.whole(0); });
  }
};

class StandardCamera : public Object {
 public:
  explicit StandardCamera(const std::shared_ptr<Device> &device) : Object(L"CCDCamera") {
    property(L"Info", [device](const Given &) { return Answer((IDispatch *)new CameraInfo(device)); });
    property(L"AcqParams", [device](const Given &) { return Answer((IDispatch *)new Parameters(device)); });
  }
};

/// Settings of a scan, common to its detectors. Its time follows from the dwell time and the pixels that are not skipped.
class ScanParameters : public Object {
 public:
  ScanParameters() : Object(L"STEMAcqParams") {
    property(
        L"ImageSize", [](const Given &) { return Answer(scanDetectors()[0]->area); },
        [](const Given &given) { each([&](Device &device) { device.area = given.whole(0); }); });
    property(
        L"Binning", [](const Given &) { return Answer(scanDetectors()[0]->binning); },
        [](const Given &given) {
          each([&](Device &device) {
            checkBinning(device, given.whole(0));
            device.binning = given.whole(0);
          });
        });
    property(
        L"DwellTime", [](const Given &) { return Answer(dwell()); },
        [](const Given &given) {
          dwell() = std::max(1e-7, given.number(0));
          each([&](Device &device) {
            long side = device.width / (1 << device.area) / device.binning;
            device.exposure = dwell() * side * side;
          });
        });
  }

 private:
  static double &dwell() {
    static double seconds = 1e-6;
    return seconds;
  }
  template <class Work>
  static void each(Work work) {
    for (auto &device : scanDetectors()) work(*device);
  }
};

class Detectors : public Collection {
 public:
  explicit Detectors(std::vector<std::function<Answer()>> all) : Collection(L"Detectors", std::move(all)) {
    property(L"AcqParams", [](const Given &) { return Answer((IDispatch *)new ScanParameters()); });
  }
};

class Acquisition : public Object {
 public:
  Acquisition() : Object(L"Acquisition") {
    property(L"Cameras", [](const Given &) {
      std::vector<std::function<Answer()>> all;
      for (auto &device : devices()) all.push_back([device] { return Answer((IDispatch *)new StandardCamera(device)); });
      return Answer((IDispatch *)new Collection(L"Cameras", all));
    });
    property(L"Detectors", [](const Given &) {
      std::vector<std::function<Answer()>> all;
      for (auto &device : scanDetectors()) all.push_back([device] { return Answer((IDispatch *)new StandardCamera(device)); });
      return Answer((IDispatch *)new Detectors(all));
    });
    methodWithoutAnswer(L"RemoveAllAcqDevices", [this](const Given &) { added_.clear(); });
    methodWithoutAnswer(L"AddAcqDeviceByName", [this](const Given &given) { added_.push_back(named(given.text(0))); });
    method(L"AcquireImages", [this](const Given &) {
      std::vector<std::function<Answer()>> all;
      for (auto &device : added_) {
        IDispatch *image = expose(device);
        all.push_back([image] { return Answer(image); });
      }
      return Answer((IDispatch *)new Collection(L"AcqImages", all));
    });
  }

 private:
  std::vector<std::shared_ptr<Device>> added_;
};

}  // namespace

Object *makeFeiAdvancedInstrument() { return new AdvancedInstrument(); }
IDispatch *makeFeiAcquisition() { return new Acquisition(); }
