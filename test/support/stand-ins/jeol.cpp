#include "jeol.hpp"
#include "moods.hpp"
#include <cmath>
#include <map>
#include <memory>
#include <utility>

namespace {

const long done = 0, badValue = 3, centre = 0x8000, full = 0xFFFF;
const DWORD magnificationTime = 40, screenTime = 40, apertureTime = 40;
const double stageSpeed = 4e3;  // nanometres or thousandths of a degree in a millisecond
struct Range {
  long mode, first, count;
};
const Range ranges[] = {{2, 1, 4}, {0, 5, 4}, {3, 9, 2}};
const long diffraction = 4;
const long cameraLengths[] = {8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200};  // centimetres
const long lengthCount = 15, usualLength = 10;

/// An axis of the stage, which moves at its speed from where it was.
struct Axis {
  double from = 0, to = 0;
  ULONGLONG began = 0;
  double at() const {
    double way = to - from, gone = stageSpeed * (GetTickCount64() - began);
    return std::fabs(way) <= gone ? to : from + (way > 0 ? gone : -gone);
  }
  void go(double target) { from = at(), to = target, began = GetTickCount64(); }
};

struct Column {
  Memory memory{L"jeol"};
  Axis axes[4];
  ULONGLONG shownUntil = 0, screenArrives = 0;
  long shownMode = 0, shownSelector = 0, screenFrom = 2;
  bool inCall = false;

  long get(const std::wstring &name, long usual = centre) { return (long)memory.get(name, usual); }
  void set(const std::wstring &name, long value) { memory.set(name, value); }
  long mode() { return get(L"mode", 0); }
  /// The selector of a mode stays while another is used.
  long selector() { return selectorOf(mode()); }
  long selectorOf(long mode) { return get(L"selector" + std::to_wstring(mode), mode == diffraction ? usualLength : 0); }
  long neutral(const std::wstring &axis) { return centre + ((selector() * 37 + mode() * 11 + (axis == L"X" ? 5 : 9)) % 21) * 4 - 40; }
  void magnify(long mode, long selector) {
    if (mode == this->mode() && selector == this->selector()) return;
    shownMode = shown(true), shownSelector = shown(false);
    shownUntil = GetTickCount64() + magnificationTime;
    set(L"mode", mode);
    set(L"selector" + std::to_wstring(mode), selector);
    for (const wchar_t *axis : {L"X", L"Y"}) set(std::wstring(L"IS1") + axis, neutral(axis));
  }
  /// From 1 through all ranges, of what is shown.
  long magIndex() {
    for (const auto &range : ranges)
      if (range.mode == shown(true)) return range.first + shown(false);
    return 0;
  }
  long shown(bool ofMode) {
    if (GetTickCount64() < shownUntil) return ofMode ? shownMode : shownSelector;
    return ofMode ? mode() : selector();
  }
};
using Shared = std::shared_ptr<Column>;

class Part : public Object {
 public:
  Part(const std::wstring &title, Shared column) : Object(title), column_(std::move(column)) {}

 protected:
  /// A method that returns a number as its status.
  void act(const std::wstring &name, UINT count, std::function<long(const Given &)> work) {
    method(name, [=](const Given &given) {
      if (given.count() != count) throw Failure{DISP_E_BADPARAMCOUNT, L""};
      long mood = otherAnswer();
      return Answer(mood != 0 ? mood : work(given));
    });
  }
  /// Answers go into arguments of exactly one type, as with a server that has a type library.
  static void answer(const Given &given, UINT at, VARTYPE type, double value) {
    if (given[at].vt != (VT_BYREF | type)) throw Failure{DISP_E_TYPEMISMATCH, L""};
    given.answer(at, value);
  }
  void reads(const std::wstring &name, std::function<long()> value) {
    act(name, 1, [=](const Given &given) {
      answer(given, 0, VT_I4, value());
      return done;
    });
  }
  void writes(const std::wstring &name, long low, long high, std::function<void(long)> take) {
    act(name, 1, [=](const Given &given) {
      long value = given.whole(0);
      if (value < low || value > high) return badValue;
      take(value);
      note(name + L" " + std::to_wstring(value));
      return done;
    });
  }
  Shared column_;
};

class HighTension : public Part {
 public:
  explicit HighTension(const Shared &shared) : Part(L"HT3", shared) {
    act(L"GetHtValue", 1, [](const Given &given) {
      answer(given, 0, VT_R8, 300e3);
      return done;
    });
  }
};

class Optics : public Part {
 public:
  explicit Optics(const Shared &shared) : Part(L"EOS3", shared) {
    act(L"GetFunctionMode", 2, [this](const Given &given) {
      answer(given, 0, VT_I4, column_->shown(true));
      given.answer(1, std::wstring(L"MAG"));
      return done;
    });
    writes(L"SelectFunctionMode", 0, 4, [this](long mode) { column_->magnify(mode, column_->selectorOf(mode)); });
    reads(L"GetCurrentMagSelectorID", [this] { return column_->shown(false); });
    act(L"SetSelector", 1, [this](const Given &given) {
      long selector = given.whole(0);
      if (column_->mode() == diffraction) {
        if (selector < 0 || selector >= lengthCount) return badValue;
        column_->magnify(diffraction, selector);
        note(L"SetSelector " + std::to_wstring(selector));
        return done;
      }
      for (const auto &range : ranges)
        if (range.mode == column_->mode()) {
          if (selector < 0 || selector >= range.count) return badValue;
          column_->magnify(range.mode, selector);
          note(L"SetSelector " + std::to_wstring(selector));
          return done;
        }
      return badValue;
    });
    act(L"GetMagValue", 3, [this](const Given &given) {
      bool diffracts = column_->shown(true) == diffraction;
      long shown = diffracts ? cameraLengths[column_->shown(false)] : 100 * (long)std::pow(2, column_->magIndex());
      answer(given, 0, VT_I4, shown);
      given.answer(1, std::wstring(diffracts ? L"cm" : L"X"));
      given.answer(2, std::to_wstring(shown));
      return done;
    });
    reads(L"GetTemStemMode", [this] { return column_->get(L"stem", 0); });
    writes(L"SelectTemStem", 0, 1, [this](long stem) { column_->set(L"stem", stem); });
    reads(L"GetSpotSize", [this] { return column_->get(L"spot", 0); });
    writes(L"SelectSpotSize", 0, 7, [this](long spot) { column_->set(L"spot", spot); });
    reads(L"GetAlpha", [this] { return column_->get(L"alpha", 0); });
    writes(L"SetAlphaSelector", 0, 8, [this](long alpha) { column_->set(L"alpha", alpha); });
  }
};

class Deflectors : public Part {
 public:
  explicit Deflectors(const Shared &shared) : Part(L"Def3", shared) {
    for (const std::wstring name : {L"IS1", L"PLA", L"CLA1", L"CLA2", L"OLs", L"CLs", L"ILs"}) {
      act(L"Get" + name, 2, [=](const Given &given) {
        answer(given, 0, VT_I4, column_->get(name + L"X"));
        answer(given, 1, VT_I4, column_->get(name + L"Y"));
        return done;
      });
      act(L"Set" + name, 2, [=](const Given &given) {
        long x = given.whole(0), y = given.whole(1);
        if (x < 0 || y < 0 || x > full || y > full) return badValue;
        column_->set(name + L"X", x);
        column_->set(name + L"Y", y);
        note(L"Set" + name);
        return done;
      });
    }
    writes(L"SetNtrl", 0, 20, [this](long deflector) {
      static const std::map<long, std::wstring> names{{2, L"CLA1"}, {3, L"CLA2"}, {8, L"IS1"}, {11, L"PLA"}};
      auto name = names.find(deflector);
      if (name == names.end()) return;
      // A scan has an alignment of its own.
      long scan = column_->get(L"stem", 0) != 0 ? 120 : 0;
      for (const wchar_t *axis : {L"X", L"Y"}) column_->set(name->second + axis, column_->neutral(axis) + scan);
    });
    reads(L"GetBeamBlank", [this] { return column_->get(L"blanked", 0); });
    writes(L"SetBeamBlank", 0, 1, [this](long blanked) { column_->set(L"blanked", blanked); });
  }
};

class Lenses : public Part {
 public:
  explicit Lenses(const Shared &shared) : Part(L"Lens3", shared) {
    for (const std::wstring name : {L"OLc", L"OLf", L"OM", L"CL3"}) {
      reads(L"Get" + name, [=] { return column_->get(name); });
      writes(L"Set" + name, 0, full, [=](long value) { column_->set(name, value); });
    }
    for (const std::wstring name : {L"CL1", L"CL2", L"CM", L"OM2", L"IL1", L"IL2", L"IL3", L"IL4", L"PL1", L"PL2"})
      reads(L"Get" + name, [=] { return column_->get(name); });
    act(L"GetFLCInfo", 2, [this](const Given &given) {
      answer(given, 1, VT_I4, column_->get(L"free" + std::to_wstring(given.whole(0)), 0));
      return done;
    });
    act(L"SetFLCSw", 2, [this](const Given &given) {
      column_->set(L"free" + std::to_wstring(given.whole(0)), given.whole(1) != 0);
      note(L"SetFLCSw " + std::to_wstring(given.whole(0)) + L" " + std::to_wstring(given.whole(1)));
      return done;
    });
    act(L"SetFLCAbs", 2, [this](const Given &given) {
      const wchar_t *names[] = {L"CL1", L"CL2", L"CL3", L"CM", L"", L"", L"OLc", L"OLf", L"OM", L"OM2", L"IL1", L"IL2", L"IL3", L"IL4", L"PL1", L"PL2"};
      long lens = given.whole(0), value = given.whole(1);
      if (lens < 0 || lens > 15 || value < 0 || value > full) return badValue;
      // A lens that its program holds keeps its value.
      if (column_->get(L"free" + std::to_wstring(lens), 0)) column_->set(names[lens], value);
      return done;
    });
  }
};

class Detectors : public Part {
 public:
  explicit Detectors(const Shared &shared) : Part(L"Detector3", shared) {
    reads(L"GetScreen", [this] { return GetTickCount64() < column_->screenArrives ? column_->screenFrom : column_->get(L"screen", 2); });
    writes(L"SetScreen", 0, 2, [this](long place) {
      column_->screenFrom = column_->get(L"screen", 2);
      column_->screenArrives = GetTickCount64() + screenTime;
      column_->set(L"screen", place);
    });
  }
};

/// The energy filter in the column: widths and shifts in electronvolts.
class Filter : public Part {
 public:
  explicit Filter(const Shared &shared) : Part(L"Filter3", shared) {
    reads(L"GetSlitPosition", [this] { return column_->get(L"slit", 0); });
    writes(L"SetSlitPosition", 0, 1, [this](long place) { column_->set(L"slit", place); });
    reads(L"GetEnergyShiftSw", [this] { return column_->get(L"shiftOn", 0); });
    writes(L"SetEnergyShiftSw", 0, 1, [this](long on) { column_->set(L"shiftOn", on); });
    number(L"SlitWidth", 0, 100, 20);
    number(L"EnergyShift", -1000, 3000, 0);
  }

 private:
  void number(const std::wstring &name, double low, double high, double usual) {
    act(L"Get" + name, 1, [=](const Given &given) {
      answer(given, 0, VT_R8, column_->memory.get(name, usual));
      return done;
    });
    act(L"Set" + name, 1, [=](const Given &given) {
      double value = given.number(0);
      if (!(value >= low && value <= high)) return badValue;
      column_->memory.set(name, value);
      note(L"Set" + name);
      return done;
    });
  }
};

/// Apertures by kind (1 condenser, 2 objective), each with holes from 1; 0 is open. A hole arrives after a while.
class Apertures : public Part {
 public:
  explicit Apertures(const Shared &shared) : Part(L"Apt3", shared) {
    reads(L"GetKind", [this] { return kind_; });
    writes(L"SelectKind", 0, 6, [this](long kind) { kind_ = kind; });
    asks(L"GetSize", 6);
    writes(L"SetSize", 0, 4, [this](long hole) { go(kind_, hole); });
    asks(L"GetExpSize", 9);
    act(L"SetExpSize", 2, [this](const Given &given) {
      long kind = given.whole(0), hole = given.whole(1);
      if (kind < 0 || kind > 9 || hole < 0 || hole > 4) return badValue;
      go(kind, hole);
      note(L"SetExpSize");
      return done;
    });
  }

 private:
  void asks(const std::wstring &name, long highest) {
    act(name, 2, [=](const Given &given) {
      long kind = given.whole(0);
      if (kind < 0 || kind > highest) return badValue;
      auto &moving = moves_[kind];
      answer(given, 1, VT_I4, GetTickCount64() < moving.second ? moving.first : column_->get(L"hole" + std::to_wstring(kind), 1));
      return done;
    });
  }
  void go(long kind, long hole) {
    const std::wstring name = L"hole" + std::to_wstring(kind);
    moves_[kind] = {column_->get(name, 1), GetTickCount64() + apertureTime};
    column_->set(name, hole);
  }
  long kind_ = 0;
  std::map<long, std::pair<long, ULONGLONG>> moves_;
};

class Stage : public Part {
 public:
  explicit Stage(const Shared &shared) : Part(L"Stage3", shared) {
    act(L"GetPos", 5, [this](const Given &given) {
      for (UINT at = 0; at < 4; at++) answer(given, at, VT_R8, std::round(column_->axes[at].at()) / (at == 3 ? 1000 : 1));
      answer(given, 4, VT_R8, 0);
      return done;
    });
    act(L"GetStatus", 5, [this](const Given &given) {
      for (UINT at = 0; at < 5; at++) answer(given, at, VT_I4, at < 4 && column_->axes[at].at() != column_->axes[at].to ? 1 : 0);
      return done;
    });
    const wchar_t *names[] = {L"SetX", L"SetY", L"SetZ", L"SetTiltXAngle"};
    for (int axis = 0; axis < 4; axis++)
      act(names[axis], 1, [=](const Given &given) {
        column_->axes[axis].go(given.number(0) * (axis == 3 ? 1000 : 1));
        return done;
      });
    act(L"SetPosition", 2, [this](const Given &given) {
      for (int axis = 0; axis < 2; axis++) column_->axes[axis].go(given.number(axis));
      return done;
    });
    act(L"Stop", 0, [this](const Given &) {
      for (auto &axis : column_->axes) axis.go(axis.at());
      return done;
    });
  }
};

class Tem : public Object {
 public:
  Tem() : Object(L"TEM3"), column_(std::make_shared<Column>()) {
    before = followMood;
    part<HighTension>(L"HT3");
    part<Optics>(L"EOS3");
    part<Deflectors>(L"Def3");
    part<Lenses>(L"Lens3");
    part<Detectors>(L"Detector3");
    part<Apertures>(L"Apt3");
    part<Stage>(L"Stage3");
    part<Filter>(L"Filter3");
  }

 private:
  template <class Kind>
  void part(const std::wstring &name) {
    method(L"Create" + name, [this](const Given &) { return Answer((IDispatch *)new Kind(column_)); });
  }
  Shared column_;
};

}  // namespace

Object *makeJeolTem() { return new Tem(); }
