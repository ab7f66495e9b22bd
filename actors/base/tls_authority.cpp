#include "actors/base/tls_authority.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <string_view>

namespace camnode {

namespace {

/// Of a certificate that is for others, so many are named.
constexpr int max_names_told = 4;

std::string date_of(const ASN1_TIME* x) {
  std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()),
                                                   BIO_free};
  ASN1_TIME_print(memory.get(), x);
  char text[64] = {};
  auto n = BIO_read(memory.get(), text, sizeof(text));
  return {text, static_cast<size_t>(n > 0 ? n : 0)};
}

std::string_view text_of(const ASN1_STRING* x) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(x)),
          static_cast<size_t>(ASN1_STRING_length(x))};
}

/// The DNS names that a certificate is for.
std::string names_of(X509* x) {
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names{
    static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(x, NID_subject_alt_name, nullptr, nullptr)),
    GENERAL_NAMES_free};
  std::string result;
  for (int i = 0, told = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS && told++ < max_names_told)
      result += (result.empty() ? "" : ", ") + quote(text_of(name->d.dNSName));
  }
  return result.empty() ? "nobody's name" : result;
}

} // namespace

caf::expected<tls_authority> read_authority(const std::string& option,
                                            const std::string& file) {
  tls_authority result{{SSL_CTX_new(TLS_client_method()), SSL_CTX_free},
                       option + "=" + file};
  auto context = result.context.get();
  auto is_read = context != nullptr
                 && SSL_CTX_load_verify_locations(context, file.c_str(),
                                                  nullptr)
                      == 1;
  ERR_clear_error(); // For whoever uses OpenSSL next on this thread.
  if (!is_read)
    return caf::make_error(ec::bad_configuration,
                           result.source + ": want certificates (PEM)");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return result;
}

bool expect_name(ssl_st* connection, const std::string& name, bool may_be_ip) {
  auto parameters = SSL_get0_param(connection);
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_WILDCARDS
                                    | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (may_be_ip && canonical_ip(name))
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
  return !name.empty() // Which would be anybody's.
         && X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size())
              == 1;
}

std::string why_disbelieved(x509_store_ctx_st* check, const std::string& name,
                            const std::string& source) {
  auto x = X509_STORE_CTX_get_current_cert(check);
  std::string whose = X509_STORE_CTX_get_error_depth(check) > 0
                        ? "has a certificate of an authority that "
                        : "has a certificate that ";
  auto error = X509_STORE_CTX_get_error(check);
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "has a certificate for " + names_of(x) + ", not for "
             + quote(name);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return whose + "expired on " + date_of(X509_get0_notAfter(x));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return whose + "is not valid before " + date_of(X509_get0_notBefore(x))
             + ", by this machine's clock";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "has a certificate of another authority than that of " + source;
    default:
      return std::string{"has a certificate that cannot be believed: "}
             + X509_verify_cert_error_string(error);
  }
}

} // namespace camnode
