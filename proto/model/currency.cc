#include "proto/model/currency.h"

#include <cstddef>

namespace capexdb {
namespace {

// ISO 4217, lists one (current) and three (historic), in order of code.
constexpr std::string_view kCodes =
    "AED AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BEF BGN BHD BIF BMD BND BOB BRL BSD "
    "BTN BWP BYN BYR BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CYP CZK DEM DJF DKK DOP DZD EEK "
    "EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEL GHS GIP GMD GNF GRD GTQ GYD HKD HNL HRK HTG HUF "
    "IDR IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR "
    "LRD LSL LTL LUF LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NLG NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PTE PYG QAR ROL RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TND TOP TRL "
    "TRY TTD TWD TZS UAH UGX USD UYU UZS VED VEF VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMK ZMW "
    "ZWD ZWL";
constexpr std::size_t kCodeWidth = 4;  // with the blank behind it

}  // namespace

bool is_currency_code(std::string_view code) {
  if (code.size() != kCodeWidth - 1) return false;
  for (std::size_t at = 0; at < kCodes.size(); at += kCodeWidth) {
    if (kCodes.substr(at, code.size()) == code) return true;
  }
  return false;
}

}  // namespace capexdb
