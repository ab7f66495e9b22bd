#define CAF_SUITE redaction
#include "tests/camnode_test.hpp"

#include "messages/redaction.hpp"

using namespace camnode;

CAF_TEST(who and with what password is hidden in addresses) {
  CAF_CHECK_EQUAL(without_credentials("rtsp://admin:s3cret@10.0.0.7/live"),
                  "rtsp://***@10.0.0.7/live");
  CAF_CHECK_EQUAL(without_credentials("open 'http://me:p@ss:w@cam:80/x?y=1': "
                                      "401"),
                  "open 'http://***@cam:80/x?y=1': 401");
  CAF_CHECK_EQUAL(without_credentials("http://token@cam/ http://a:b@c/"),
                  "http://***@cam/ http://***@c/");
  CAF_CHECK_EQUAL(without_credentials("curl --url=ftp://a:b@c"),
                  "curl --url=ftp://***@c");
  CAF_CHECK_EQUAL(without_credentials("root:toor@camera.lab refused"),
                  "***@camera.lab refused");
  CAF_CHECK_EQUAL(without_credentials("--camera=root:toor@lab"),
                  "--camera=***@lab");
}

CAF_TEST(values of secrets are hidden) {
  CAF_CHECK_EQUAL(without_credentials("GET /v?user=me&password=x&n=2"),
                  "GET /v?user=me&password=***&n=2");
  CAF_CHECK_EQUAL(without_credentials("--token=abc --fps=30 PWD=q"),
                  "--token=*** --fps=30 PWD=***");
}

CAF_TEST(other text stays as it is) {
  for (auto text : {"", " ", "@", "a@b", "[mjpeg @ 0x55d] overread 8",
                    "http://10.0.0.7:8000/stream.mjpg", "user: me", "a = b",
                    "[0:12:34.5] [99] ERROR V4L2 v4l2.cpp:1 /dev/video0",
                    "camera.command exited with status 1 after 7 frames"})
    CAF_CHECK_EQUAL(without_credentials(text), text);
}
