#include "fei.hpp"
#include "moods.hpp"
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace {

const HRESULT outOfRange = (HRESULT)0x8004FFFD;
const long magnifications = 10, lowMagnifications = 4, spots = 11;
const double reachOfFocus = 1e-3, largestArea = 2.5e-4;
const DWORD screenTime = 60, diffractionTime = 60;

/// The column; all objects of one instrument share it.
struct Column {
  Memory memory{L"state"};
  ULONGLONG screenArrives = 0, diffractionEnds = 0;

  double get(const std::wstring &name, double usual = 0) { return memory.get(name, usual); }
  void set(const std::wstring &name, double value) { memory.set(name, value); }
  bool diffracts() { return get(L"mode", 1) == 2 || GetTickCount64() < diffractionEnds; }
  void normalize(const std::wstring &lens) {
    note(L"normalize " + lens);
    set(L"normalizations", get(L"normalizations") + 1);
  }
  void byItself(const std::wstring &lens) {
    if (get(L"autoNormalize", 1) != 0) normalize(lens);
  }
};
using Shared = std::shared_ptr<Column>;

double within(double value, double low, double high) {
  if (!(value >= low && value <= high)) throw Failure{outOfRange, L"outside the range of the instrument"};
  return value;
}

/// A pair that changes nothing until it is given back.
class Pair : public Object {
 public:
  Pair(double x, double y) : Object(L"Vector"), x_(x), y_(y) {
    number(L"X", x_);
    number(L"Y", y_);
  }
  double x_, y_;
};

class Position : public Object {
 public:
  explicit Position(const Shared &column) : Object(L"StagePosition") {
    for (int at = 0; at < 5; at++) {
      values[at] = column->get(std::wstring(L"stage") + L"XYZAB"[at]);
      number(std::wstring(1, L"XYZAB"[at]), values[at]);
    }
  }
  double values[5];
};

class Part : public Object {
 public:
  Part(const std::wstring &title, Shared column) : Object(title), column_(std::move(column)), title_(title) {}

 protected:
  void kept(const std::wstring &member, const std::wstring &name, double usual, double low, double high) {
    property(
        member, [=](const Given &) { return Answer(column_->get(name, usual)); },
        [=](const Given &given) {
          column_->set(name, within(given.number(0), low, high));
          note(title_ + L"." + member);
        });
  }
  void keptPair(const std::wstring &member, const std::wstring &name, double reach) {
    property(
        member, [=](const Given &) { return Answer((IDispatch *)new Pair(column_->get(name + L"X"), column_->get(name + L"Y"))); },
        [=](const Given &given) {
          auto *pair = static_cast<Pair *>(given.object(0));
          within(pair->x_, -reach, reach);
          within(pair->y_, -reach, reach);
          column_->set(name + L"X", pair->x_);
          column_->set(name + L"Y", pair->y_);
          note(title_ + L"." + member);
        });
  }
  Shared column_;
  std::wstring title_;
};

const double cameraLengths[] = {0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2};
const long lastCameraLength = 15;

double magnificationAt(const Shared &column) { return 100 * std::pow(2, column->get(L"magnification", 5)); }

class Projection : public Part {
 public:
  explicit Projection(const Shared &shared) : Part(L"Projection", shared) {
    property(
        L"MagnificationIndex", [this](const Given &) { return Answer(column_->diffracts() ? 0L : (long)column_->get(L"magnification", 5)); },
        [this](const Given &given) {
          if (column_->diffracts()) throw Failure{E_FAIL, L"not possible in diffraction"};
          long index = (long)within(given.whole(0), 1, magnifications);
          bool changes = index != (long)column_->get(L"magnification", 5);
          column_->set(L"magnification", index);
          note(L"Projection.MagnificationIndex");
          if (changes) column_->byItself(L"projection");
        });
    property(
        L"Mode", [this](const Given &) { return Answer(column_->diffracts() ? 2L : 1L); },
        [this](const Given &given) {
          long mode = (long)within(given.whole(0), 1, 2);
          if (mode == 1 && column_->diffracts()) column_->diffractionEnds = GetTickCount64() + diffractionTime;
          column_->set(L"mode", mode);
        });
    if (!std::getenv("EUCENTRIC_STAND_IN_OLD")) kept(L"LensProgram", L"lensProgram", 1, 1, 2);
    keptPair(L"ImageShift", L"imageShift", 1e-4);
    if (!std::getenv("EUCENTRIC_STAND_IN_OLD")) keptPair(L"ImageBeamTilt", L"imageBeamTilt", 0.05);
    keptPair(L"ObjectiveStigmator", L"objectiveStigmator", 1);
    keptPair(L"DiffractionStigmator", L"diffractionStigmator", 1);
    property(L"Magnification", [this](const Given &) { return Answer(column_->diffracts() ? 0.0 : magnificationAt(column_)); });
    property(L"ImageRotation", [this](const Given &) { return Answer(0.1 * column_->get(L"magnification", 5)); });
    property(L"CameraLength", [this](const Given &) {
      return Answer(column_->diffracts() ? cameraLengths[(long)column_->get(L"cameraLength", 6) - 1] : 0.0);
    });
    property(
        L"CameraLengthIndex", [this](const Given &) { return Answer((long)column_->get(L"cameraLength", 6)); },
        [this](const Given &given) {
          // Beyond the last length the column stays at it.
          column_->set(L"cameraLength", std::min(lastCameraLength, std::max(1L, (long)given.whole(0))));
          note(L"Projection.CameraLengthIndex");
        });
    property(
        L"Defocus", [this](const Given &) { return Answer(column_->get(L"defocus")); },
        [this](const Given &given) { column_->set(L"defocus", within(given.number(0), -reachOfFocus, reachOfFocus)); });
    property(
        L"Focus", [this](const Given &) { return Answer(column_->get(L"defocus") / reachOfFocus); },
        [this](const Given &given) { column_->set(L"defocus", within(given.number(0), -1, 1) * reachOfFocus); });
    methodWithoutAnswer(L"Normalize", [this](const Given &given) { column_->normalize(std::to_wstring((long)within(given.whole(0), 10, 12))); });
  }
};

/** The magnifications of a scan, between which there are none. */
const double scanSteps[] = {6400, 12800, 25600, 51200, 102400};

class Illumination : public Part {
  /** A value of the scan; all of them fail while the column does not scan. */
  double scanned(const std::wstring &name, double usual) {
    if (column_->get(L"stem") == 0) throw Failure{E_FAIL, L"not in STEM"};
    return column_->get(name, usual);
  }

 public:
  explicit Illumination(const Shared &shared) : Part(L"Illumination", shared) {
    keptPair(L"Shift", L"beamShift", 1e-4);
    keptPair(L"RotationCenter", L"beamTilt", 0.05);
    if (!std::getenv("EUCENTRIC_STAND_IN_OLD")) {
      property(
          L"StemMagnification", [this](const Given &) { return Answer(scanned(L"stemMagnification", scanSteps[1])); },
          [this](const Given &given) {
            scanned(L"stemMagnification", 0);
            double best = scanSteps[0];
            for (double step : scanSteps)
              if (std::abs(step - given.number(0)) < std::abs(best - given.number(0))) best = step;
            column_->set(L"stemMagnification", best);
            note(L"Illumination.StemMagnification");
          });
      property(
          L"StemRotation", [this](const Given &) { return Answer(scanned(L"stemRotation", 0)); },
          [this](const Given &given) {
            scanned(L"stemRotation", 0);
            column_->set(L"stemRotation", within(given.number(0), -6.3, 6.3));
            note(L"Illumination.StemRotation");
          });
      property(L"StemFullScanFieldOfView", [this](const Given &) {
        double side = 0.12 / scanned(L"stemMagnification", scanSteps[1]);
        return Answer((IDispatch *)new Pair(side, side));
      });
      property(L"ConvergenceAngle", [this](const Given &) { return Answer(0.01); });
    }
    keptPair(L"CondenserStigmator", L"condenserStigmator", 1);
    property(
        L"SpotsizeIndex", [this](const Given &) { return Answer((long)column_->get(L"spot", 1)); },
        [this](const Given &given) {
          long spot = (long)within(given.whole(0), 1, spots);
          bool changes = spot != (long)column_->get(L"spot", 1);
          column_->set(L"spot", spot);
          if (changes) column_->byItself(L"spot");
        });
    kept(L"Intensity", L"intensity", 0.5, 0, 1);
    property(
        L"IlluminatedArea", [this](const Given &) { return Answer(column_->get(L"intensity", 0.5) * largestArea); },
        [this](const Given &given) { column_->set(L"intensity", std::min(1.0, std::max(0.0, given.number(0) / largestArea))); });
    property(
        L"Mode", [this](const Given &) { return Answer((long)column_->get(L"probe", 1)); },
        [this](const Given &given) {
          long mode = (long)within(given.whole(0), 0, 1), before = (long)column_->get(L"probe", 1);
          if (mode == 0 && column_->get(L"magnification", 5) <= lowMagnifications) throw Failure{E_FAIL, L"no nanoprobe in low magnification"};
          if (mode == before) return;
          // Each mode has its own intensity and image shift.
          for (const wchar_t *name : {L"intensity", L"imageShiftX", L"imageShiftY"}) {
            std::wstring of(name);
            column_->set(of + std::to_wstring(before), column_->get(of, of == L"intensity" ? 0.5 : 0));
            column_->set(of, column_->get(of + std::to_wstring(mode), of == L"intensity" ? 0.4 : 0));
          }
          column_->set(L"probe", mode);
          note(L"Illumination.Mode");
        });
    property(
        L"BeamBlanked", [this](const Given &) { return Answer(column_->get(L"blanked") != 0); },
        [this](const Given &given) { column_->set(L"blanked", given.flag(0)); });
    methodWithoutAnswer(L"Normalize", [this](const Given &given) { column_->normalize(std::to_wstring((long)within(given.whole(0), 1, 6))); });
  }
};

class Stage : public Part {
 public:
  explicit Stage(const Shared &shared) : Part(L"Stage", shared) {
    property(L"Position", [this](const Given &) { return Answer((IDispatch *)new Position(column_)); });
    property(L"Status", [](const Given &) { return Answer(0L); });
    methodWithoutAnswer(L"GoTo", [this](const Given &given) {
      go(given);
      note(L"Stage.GoTo " + std::to_wstring(given.whole(1)));
    });
    methodWithoutAnswer(L"GoToWithSpeed", [this](const Given &given) {
      long axes = given.whole(1);
      if (axes & (axes - 1)) throw Failure{E_FAIL, L"several axes cannot be moved at a speed"};
      within(given.number(2), 0, 1);
      go(given);
      note(L"Stage.GoToWithSpeed " + std::to_wstring(axes));
    });
  }

 private:
  void go(const Given &given) {
    auto *to = static_cast<Position *>(given.object(0));
    long axes = given.whole(1);
    const double reaches[] = {1e-3, 1e-3, 3.75e-4, 1.4, 0.5};
    for (int at = 0; at < 5; at++)
      if (axes & (1 << at)) within(to->values[at], -reaches[at], reaches[at]);
    Sleep(5);
    for (int at = 0; at < 5; at++)
      if (axes & (1 << at)) column_->set(std::wstring(L"stage") + L"XYZAB"[at], to->values[at]);
  }
};

class Camera : public Part {
 public:
  explicit Camera(const Shared &shared) : Part(L"Camera", shared) {
    property(
        L"MainScreen", [this](const Given &) { return Answer(GetTickCount64() < column_->screenArrives ? 1L : (long)column_->get(L"screen", 2)); },
        [this](const Given &given) {
          long position = (long)within(given.whole(0), 2, 3);
          if (position != (long)column_->get(L"screen", 2)) column_->screenArrives = GetTickCount64() + screenTime;
          column_->set(L"screen", position);
        });
    property(L"ScreenCurrent", [this](const Given &) { return Answer(column_->get(L"screen", 2) == 3 ? 1.5e-9 : 0.0); });
  }
};

class Gun : public Part {
 public:
  explicit Gun(const Shared &shared) : Part(L"Gun", shared) { kept(L"HTValue", L"highTension", 200e3, 0, 300e3); }
};

/// One of the apertures that a mechanism holds; its diameter is in micrometres.
class Aperture : public Object {
 public:
  explicit Aperture(long diameter) : Object(L"Aperture"), diameter_(diameter) {
    property(L"Diameter", [this](const Given &) { return Answer((double)diameter_); });
    property(L"Type", [](const Given &) { return Answer(1L); });
  }
  long diameter_;
};

IDispatch *aperturesOf(const std::vector<long> &diameters) {
  std::vector<std::function<Answer()>> apertures;
  for (long diameter : diameters) apertures.push_back([=] { return Answer((IDispatch *)new Aperture(diameter)); });
  return new Collection(L"ApertureCollection", apertures);
}

/// A motor with apertures: inserted (1) with one of them, or retracted (3), when it has none selected.
class Mechanism : public Part {
 public:
  Mechanism(const Shared &shared, long id, std::vector<long> diameters) : Part(L"ApertureMechanism", shared), name_(L"aperture" + std::to_wstring(id)), diameters_(std::move(diameters)) {
    property(L"Id", [id](const Given &) { return Answer(id); });
    property(L"IsRetractable", [](const Given &) { return Answer(true); });
    property(L"State", [this](const Given &) { return Answer(held() == 0 ? 3L : 1L); });
    property(L"ApertureCollection", [this](const Given &) { return Answer(aperturesOf(diameters_)); });
    property(L"SelectedAperture", [this](const Given &) {
      if (held() == 0) throw Failure{E_FAIL, L"no aperture is selected while the mechanism is retracted"};
      return Answer((IDispatch *)new Aperture(held()));
    });
    methodWithoutAnswer(L"SelectAperture", [this](const Given &given) {
      column_->set(name_, static_cast<Aperture *>(given.object(0))->diameter_);
      note(L"ApertureMechanism.SelectAperture");
    });
    methodWithoutAnswer(L"Retract", [this](const Given &) {
      column_->set(name_, 0);
      note(L"ApertureMechanism.Retract");
    });
  }

 private:
  long held() { return (long)column_->get(name_, diameters_.front()); }
  std::wstring name_;
  std::vector<long> diameters_;
};

IDispatch *mechanismsOf(const Shared &shared) {
  const std::pair<long, std::vector<long>> all[] = {{2, {150, 100, 70, 50, 30}}, {4, {100, 70, 40}}, {5, {40, 10}}};
  std::vector<std::function<Answer()>> mechanisms;
  for (const auto &[id, diameters] : all)
    mechanisms.push_back([shared, id = id, diameters = diameters] { return Answer((IDispatch *)new Mechanism(shared, id, diameters)); });
  return new Collection(L"ApertureMechanismCollection", mechanisms);
}

class Configuration : public Part {
 public:
  explicit Configuration(const Shared &shared) : Part(L"Configuration", shared) {
    property(L"ProductFamily", [](const Given &) { return Answer(2L); });
  }
};

/** The switch between image and scan. */
class InstrumentModeControl : public Part {
 public:
  explicit InstrumentModeControl(const Shared &shared) : Part(L"InstrumentModeControl", shared) {
    property(L"StemAvailable", [](const Given &) { return Answer(true); });
    property(
        L"InstrumentMode", [this](const Given &) { return Answer((long)column_->get(L"stem")); },
        [this](const Given &given) {
          column_->set(L"stem", (double)(long)within(given.whole(0), 0, 1));
          note(L"InstrumentModeControl.InstrumentMode");
        });
  }
};

class Instrument : public Object {
 public:
  Instrument() : Object(L"Instrument"), column_(std::make_shared<Column>()) {
    before = followMood;
    part<Projection>(L"Projection");
    part<Illumination>(L"Illumination");
    part<Stage>(L"Stage");
    part<Camera>(L"Camera");
    part<Gun>(L"Gun");
    part<Configuration>(L"Configuration");
    if (!std::getenv("EUCENTRIC_STAND_IN_OLD")) part<InstrumentModeControl>(L"InstrumentModeControl");
    property(L"Acquisition", [](const Given &) { return Answer(makeFeiAcquisition()); });
    if (!std::getenv("EUCENTRIC_STAND_IN_OLD"))
      property(
          L"AutoNormalizeEnabled", [this](const Given &) { return Answer(column_->get(L"autoNormalize", 1) != 0); },
          [this](const Given &given) { column_->set(L"autoNormalize", given.flag(0)); });
    if (!std::getenv("EUCENTRIC_STAND_IN_OLD"))
      property(L"ApertureMechanismCollection", [this](const Given &) { return Answer(mechanismsOf(column_)); });
    methodWithoutAnswer(L"NormalizeAll", [this](const Given &) { column_->normalize(L"all"); });
  }

 private:
  template <class Kind>
  void part(const std::wstring &name) {
    property(name, [this](const Given &) { return Answer((IDispatch *)new Kind(column_)); });
  }
  Shared column_;
};

}  // namespace

Object *makeFeiInstrument() { return new Instrument(); }
