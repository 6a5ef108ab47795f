#include "values.hpp"

namespace {

SAFEARRAY *ramp(VARTYPE type, LONG columns, LONG rows, LONG first) {
  SAFEARRAYBOUND bounds[2] = {{(ULONG)columns, first}, {(ULONG)rows, first}};
  SAFEARRAY *array = SafeArrayCreate(type, 2, bounds);
  for (LONG row = 0; row < rows; row++)
    for (LONG column = 0; column < columns; column++) {
      VARIANT number, element;
      VariantInit(&element);
      VariantInit(&number);
      number.vt = VT_R8;
      number.dblVal = 10 * row + column;
      VariantChangeType(&element, &number, 0, type == VT_VARIANT ? VT_BSTR : type);
      LONG at[2] = {first + column, first + row};
      SafeArrayPutElement(array, at, type == VT_VARIANT ? (void *)&element : type == VT_BSTR ? (void *)element.bstrVal : (void *)&element.llVal);
      VariantClear(&element);
    }
  return array;
}

class Values : public Object {
 public:
  Values() : Object(L"Values") {
    property(L"Living", [](const Given &) { return Answer((long)living); });
    method(L"TypeOf", [](const Given &given) { return Answer((long)given[0].vt); });
    method(L"Count", [](const Given &given) { return Answer((long)given.count()); });
    method(L"Echo", [](const Given &given) {
      Answer answer;
      VariantCopyInd(&answer.value, &given[0]);
      return answer;
    });
    method(L"Subtract", [](const Given &given) { return Answer(given.number(0) - given.number(1)); });
    method(L"Convert", [](const Given &given) {
      Answer answer;
      if (FAILED(VariantChangeType(&answer.value, &given[0], 0, (VARTYPE)given.whole(1)))) throw Failure{DISP_E_TYPEMISMATCH, L""};
      return answer;
    });
    methodWithoutAnswer(L"Halves", [](const Given &given) {
      given.answer(1, given.number(0) / 2);
      given.answer(2, given.number(0) / 4);
    });
    methodWithoutAnswer(L"Spell", [](const Given &given) { given.answer(0, std::wstring(L"spelt")); });
    method(L"Ramp", [](const Given &given) {
      VARTYPE type = (VARTYPE)given.whole(0);
      return Answer(ramp(type, given.whole(1), given.whole(2), given.count() > 3 ? given.whole(3) : 0), type);
    });
    method(L"ElementAt", [](const Given &given) {
      LONG at[2] = {given.whole(1), given.whole(2)};
      Answer answer;
      VARTYPE type = given[0].vt & VT_TYPEMASK;
      answer.value.vt = type;
      void *into = type == VT_VARIANT ? (void *)&answer.value : (void *)&answer.value.llVal;
      if (FAILED(SafeArrayGetElement(given[0].parray, at, into))) throw Failure{DISP_E_BADINDEX, L"no such element"};
      return answer;
    });
    method(L"Image", [](const Given &given) {
      SAFEARRAYBOUND bounds[2] = {{(ULONG)given.whole(0), 0}, {(ULONG)given.whole(1), 0}};
      SAFEARRAY *array = SafeArrayCreate(VT_I4, 2, bounds);
      LONG *pixels;
      SafeArrayAccessData(array, (void **)&pixels);
      ULONG count = bounds[0].cElements * bounds[1].cElements;
      for (ULONG at = 0; at < count; at++) pixels[at] = (LONG)at;
      SafeArrayUnaccessData(array);
      return Answer(array, VT_I4);
    });
    property(L"Named", [this](const Given &given) { return Answer(named_[given.text(0)]); }, [this](const Given &given) { named_[given.text(0)] = given.number(1); });
    property(L"Child", [](const Given &) { return Answer((IDispatch *)new Values()); });
    property(L"Missing", [](const Given &) { return Answer((IDispatch *)nullptr); });
    Get kept = [this](const Given &) {
      if (kept_) kept_->AddRef();
      return Answer(kept_);
    };
    Put keep = [this](const Given &given) {
      IDispatch *next = given.object(0);
      if (next) next->AddRef();
      if (kept_) kept_->Release();
      kept_ = next;
    };
    property(L"Reference", kept, keep);
    reference(L"OnlyReference", kept, keep);
    property(L"ReadOnly", [](const Given &) { return Answer(7L); });
    property(L"List", [](const Given &) {
      return Answer((IDispatch *)new Collection(L"List", {[] { return Answer(1L); }, [] { return Answer(L"two"); }, [] { return Answer((IDispatch *)new Values()); }}));
    });
    method(L"Status", [](const Given &given) {
      Answer answer;
      answer.value.vt = VT_ERROR;
      answer.value.scode = (SCODE)(DWORD)given.number(0);
      return answer;
    });
    method(L"Fail", [](const Given &given) -> Answer { throw Failure{(HRESULT)(DWORD)given.number(0), given.count() > 1 ? given.text(1) : L"", given.count() > 2}; });
    method(L"Crash", [](const Given &) -> Answer {
      TerminateProcess(GetCurrentProcess(), 0xC0000005);
      return Answer();
    });
    method(L"Sleep", [](const Given &given) {
      Sleep((DWORD)given.whole(0));
      return Answer();
    });
  }
  ~Values() override {
    if (kept_) kept_->Release();
  }

 private:
  std::map<std::wstring, double> named_;
  IDispatch *kept_ = nullptr;
};

}  // namespace

Object *makeValues() { return new Values(); }
