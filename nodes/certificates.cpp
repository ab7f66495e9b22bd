#include "nodes/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <filesystem>
#include <memory>
#include <system_error>

namespace camnode {

namespace {

template <class T, void (*Free)(T*)>
struct freer {
  void operator()(T* x) const {
    Free(x);
  }
};

using certificate = std::unique_ptr<X509, freer<X509, X509_free>>;
using key = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY, EVP_PKEY_free>>;
using store = std::unique_ptr<X509_STORE, freer<X509_STORE, X509_STORE_free>>;
using check_context
  = std::unique_ptr<X509_STORE_CTX, freer<X509_STORE_CTX, X509_STORE_CTX_free>>;

struct bio_freer {
  void operator()(BIO* x) const {
    BIO_free(x);
  }
};

using bio = std::unique_ptr<BIO, bio_freer>;

/// Refuses encrypted keys, instead of asking on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

certificate read_certificate(const std::string& path) {
  bio file{BIO_new_file(path.c_str(), "r")};
  return certificate{
    file ? PEM_read_bio_X509(file.get(), nullptr, no_passphrase, nullptr)
         : nullptr};
}

key read_key(const std::string& path) {
  bio file{BIO_new_file(path.c_str(), "r")};
  return key{
    file ? PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase, nullptr)
         : nullptr};
}

std::string text_of(const ASN1_TIME* x) {
  bio memory{BIO_new(BIO_s_mem())};
  ASN1_TIME_print(memory.get(), x);
  char text[64] = {};
  auto n = BIO_read(memory.get(), text, sizeof(text) - 1);
  return {text, static_cast<size_t>(n > 0 ? n : 0)};
}

/// @returns Why the authority in `ca_file` does not vouch for `x`.
std::string why_untrusted(X509* x, const std::string& ca_file) {
  store trusted{X509_STORE_new()};
  if (X509_STORE_load_locations(trusted.get(), ca_file.c_str(), nullptr) != 1)
    return "ca-file=" + ca_file + ": want a certificate (PEM)";
  check_context context{X509_STORE_CTX_new()};
  X509_STORE_CTX_init(context.get(), trusted.get(), x, nullptr);
  if (X509_verify_cert(context.get()) == 1)
    return {};
  auto code = X509_STORE_CTX_get_error(context.get());
  return std::string{": not vouched for by ca-file="} + ca_file + ": "
         + X509_verify_cert_error_string(code);
}

} // namespace

std::string why_unusable(const tls_files& x) {
  ERR_clear_error();
  auto cert = read_certificate(x.cert_file);
  auto start = "cert-file=" + x.cert_file;
  if (!cert)
    return start + ": want a certificate (PEM)";
  auto from = X509_get0_notBefore(cert.get());
  auto to = X509_get0_notAfter(cert.get());
  if (X509_cmp_current_time(from) > 0)
    return start + ": not valid before " + text_of(from);
  if (X509_cmp_current_time(to) < 0)
    return start + ": expired on " + text_of(to);
  auto secret = read_key(x.key_file);
  if (!secret)
    return "key-file=" + x.key_file
           + ": want a private key (PEM) without passphrase";
  if (X509_check_private_key(cert.get(), secret.get()) != 1)
    return "key-file=" + x.key_file + ": is not the key of " + start;
  auto why = why_untrusted(cert.get(), x.ca_file);
  ERR_clear_error();
  if (why.empty() || why[0] != ':')
    return why;
  return start + why;
}

bool same_file(const std::string& x, const std::string& y) {
  std::error_code ignored;
  return !x.empty() && !y.empty() && std::filesystem::equivalent(x, y, ignored);
}

} // namespace camnode
